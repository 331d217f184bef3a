"""Writes scipy.json: values of SciPy 1.17.1 that the tests compare with. Usage: python make_golden.py > scipy.json"""

import json

import numpy as np
import scipy
from scipy import special, stats
from scipy.stats import qmc

assert scipy.__version__ == "1.17.1"
x = [-38.0, -30.0, -20.0, -12.5, -8.0, -5.1, -4.0, -3.0, -2.0, -1.0, -0.7, -0.46875, -0.1, -1e-9, 0.0]
x += [-v for v in reversed(x[:-1])]
p = [1e-300, 1e-100, 1e-20, 1e-10, 1e-5, 0.001, 0.02425, 0.1, 0.25, 0.4999, 0.5, 0.6, 0.9, 0.999, 1 - 1e-10]
log_p = [-1e10, -1e6, -5000.0, -700.0, -300.5, -299.0, -50.0, -5.0, -2.0, -1.0, -0.7, -0.6, -0.1, -1e-5, -1e-12]
boxes = [(0.0, 1.0, 0.5, 0.2), (0.0, 1.0, 0.1, 0.01), (0.0, 1.0, -3.0, 0.1), (0.0, 1.0, 7.0, 0.5)]
boxes += [(-2.0, 3.0, 0.5, 100.0), (0.0, 1.0, 1.0, 0.03), (5.0, 6.0, 0.0, 1.0), (-40.0, -39.0, 0.0, 1.0)]
u = [1e-12, 1e-3, 0.1, 0.5, 0.77, 0.999, 1 - 1e-9]


def truncated(low, high, mean, deviation):
    d = stats.truncnorm((low - mean) / deviation, (high - mean) / deviation, loc=mean, scale=deviation)
    points = np.linspace(low, high, 7)
    return {"box": [low, high, mean, deviation], "quantiles": list(d.ppf(u)), "points": list(points), "logpdf": list(d.logpdf(points))}


print(
    json.dumps(
        {
            "source": "SciPy " + scipy.__version__,
            "x": x,
            "erf": list(special.erf(x)),
            "erfc": list(special.erfc(x)),
            "erfcxAbs": list(special.erfcx(np.abs(x))),
            "cdf": list(special.ndtr(x)),
            "logCdf": list(special.log_ndtr(x)),
            "p": p,
            "quantile": list(special.ndtri(p)),
            "logP": log_p,
            "quantileOfLog": list(special.ndtri_exp(log_p)),
            "u": u,
            "truncated": [truncated(*b) for b in boxes],
            "sobol": {
                # SciPy takes the points in the order of the Gray code too; 21201 dimensions of new-joe-kuo-6.21201.
                "first": qmc.Sobol(4, scramble=False, bits=32).random(16).tolist(),
                "wide": qmc.Sobol(1024, scramble=False, bits=32).random(64)[[1, 2, 7, 37, 63]][:, [0, 1, 99, 499, 1023]].tolist(),
                "wideRows": [1, 2, 7, 37, 63],
                "wideColumns": [0, 1, 99, 499, 1023],
            },
        },
        indent=2,
    )
)
