"""Writes gaussian-process.json: scikit-learn 1.9.1's. Usage: python make_gaussian_process_golden.py > gaussian-process.json"""

import json

import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

assert sklearn.__version__ == "1.9.1"
rng = np.random.default_rng(7)


def gaussian_process(n, scales, signal, noise):
    x = rng.uniform(size=(n, len(scales)))
    y = rng.normal(size=n)
    at = rng.uniform(size=(5, len(scales)))
    kernel = ConstantKernel(signal) * Matern(scales, nu=2.5) + WhiteKernel(noise)
    model = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(x, y)
    value, gradient = model.log_marginal_likelihood(model.kernel_.theta, eval_gradient=True)
    mean, deviation = model.predict(at, return_std=True)
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "scales": scales,
        "signal": signal,
        "noise": noise,
        "logLikelihood": float(value),
        # By log signal, log scales, log noise.
        "gradient": gradient.tolist(),
        "at": at.tolist(),
        "mean": mean.tolist(),
        # scikit-learn's includes the noise of a new observation.
        "variance": (deviation**2 - noise).tolist(),
    }


print(json.dumps([gaussian_process(6, [0.3, 1.5], 2.0, 0.01), gaussian_process(13, [0.5, 0.2, 3.0], 0.7, 1e-4)]))
