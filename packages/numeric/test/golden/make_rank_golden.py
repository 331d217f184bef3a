"""Writes signed-rank.json: values of SciPy 1.17.1 that the tests compare with. Usage: python make_rank_golden.py > signed-rank.json"""

import json

import numpy as np
import scipy
from scipy import stats

assert scipy.__version__ == "1.17.1"
random = np.random.default_rng(7)
every_sign = stats.PermutationMethod(n_resamples=np.inf)
tests = []
for n in [1, 2, 3, 5, 8, 20, 50]:
    for shift in [-0.5, 0.0, 0.7]:
        d = random.normal(shift, 1, n)
        tests.append({"differences": list(d), "p": stats.wilcoxon(d, alternative="greater", method="exact").pvalue})
for n in [2, 3, 6, 10, 13]:
    for shift in [-1, 0, 1]:
        d = random.integers(-3, 4, n) + shift
        if np.any(d != 0):
            p = stats.wilcoxon(d, alternative="greater", zero_method="zsplit", method=every_sign).pvalue
            tests.append({"differences": [float(x) for x in d], "p": p})
for d in [random.normal(0.1, 1, 80), np.round(random.normal(0.2, 3, 200)) + 0.5]:
    tests.append({"differences": list(d), "p": stats.wilcoxon(d, alternative="greater", method="asymptotic").pvalue})
degrees = [1, 2, 3, 4, 7, 30, 101, 400, 401, 5000]
t = [-40.0, -3.0, -1.0, -0.1, 0.0, 0.5, 2.0, 6.0]
student = [{"degrees": v, "t": t, "cdf": list(stats.t.cdf(t, v))} for v in degrees]
print(json.dumps({"source": "SciPy " + scipy.__version__, "tests": tests, "student": student}))
