"""Writes optimisation.json. Usage: python make_optimisation_golden.py > optimisation.json

SciPy 1.17.1 (Cholesky, triangular solves, L-BFGS-B), mpmath 1.4.1 (log h of expected improvement, 60 digits).
"""

import json

import mpmath
import numpy as np
import scipy
from scipy import linalg, optimize

assert (scipy.__version__, mpmath.__version__) == ("1.17.1", "1.4.1")
mpmath.mp.dps = 60
rng = np.random.default_rng(7)


def log_h(z):
    z = mpmath.mpf(z)
    return float(mpmath.log(mpmath.npdf(z) + z * mpmath.ncdf(z)))


def cholesky(n):
    x = rng.normal(size=(n, n))
    a = x @ x.T + 0.1 * np.eye(n)
    b = rng.normal(size=n)
    low = linalg.cholesky(a, lower=True)
    return {
        "matrix": a.tolist(),
        "b": b.tolist(),
        "factor": low.tolist(),
        "lower": linalg.solve_triangular(low, b, lower=True).tolist(),
        "upper": linalg.solve_triangular(low.T, b, lower=False).tolist(),
        "logDeterminant": float(2 * np.log(np.diag(low)).sum()),
        "inverse": linalg.inv(a).tolist(),
    }


def minimum(name, f, x, bounds):
    found = optimize.minimize(f, x, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-10})
    return {"function": name, "start": x, "bounds": bounds, "x": found.x.tolist(), "value": float(found.fun)}


z = [-1e10, -1e8, -7e7, -1e6, -1000.0, -40.0, -12.5, -5.0, -2.0, -1.001, -1.0, -0.999, -0.3, 0.0, 0.5, 1.0, 4.0, 20.0, 1e5]
rosen = optimize.rosen
print(
    json.dumps(
        {
            "z": z,
            "logImprovement": [log_h(v) for v in z],
            "cholesky": [cholesky(n) for n in (1, 2, 3, 5, 8, 13)],
            "minima": [
                minimum("rosenbrock", rosen, [-1.2, 1.0], [[-2, 2], [-2, 2]]),
                minimum("rosenbrock", rosen, [-1.2, 1.0, 0.5, 0.1, 0.7], [[-2, 2]] * 5),
                minimum("rosenbrock", rosen, [0.0, 0.0, 0.0], [[-2, 0.5], [-2, 2], [0.1, 2]]),
                minimum("rosenbrock", rosen, [-1.5, -1.5], [[-2, -1], [-2, 0.5]]),
            ],
        },
        indent=None,
    )
)
