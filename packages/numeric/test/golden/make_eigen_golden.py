"""Writes eigen.json: eigenvalues by NumPy that the tests compare with. Usage: python make_eigen_golden.py > eigen.json"""

import json

import numpy as np

integers = [[(7 * i + 7 * j + i * j) % 13 - 6 for j in range(30)] for i in range(30)]
hilbert = [[1 / (i + j + 1) for j in range(8)] for i in range(8)]
wilkinson = [[abs(10 - i) if i == j else (1 if abs(i - j) == 1 else 0) for j in range(21)] for i in range(21)]
graded = [[10.0 ** -(i + j) * (2 if i == j else 1) for j in range(7)] for i in range(7)]
rank_one = [[(i + 1) * (j + 1) for j in range(6)] for i in range(6)]
matrices = {"integers": integers, "hilbert": hilbert, "wilkinson": wilkinson, "graded": graded, "rankOne": rank_one}
print(
    json.dumps(
        {
            "source": "NumPy " + np.__version__,
            "matrices": {
                name: {"matrix": m, "values": np.linalg.eigvalsh(np.array(m, dtype=float)).tolist()}
                for name, m in matrices.items()
            },
        }
    )
)
