"""Milliseconds of tell and ask of Optuna's samplers: one line of JSON per sampler, dimension and history. Usage: optuna_asks.py JSON, see main.ts."""

import json
import sys
import time
import warnings

import numpy
import optuna

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
SAMPLERS = {
    "RandomSampler": lambda: optuna.samplers.RandomSampler(seed=1),
    "QMCSampler": lambda: optuna.samplers.QMCSampler(seed=1),
    "CmaEsSampler": lambda: optuna.samplers.CmaEsSampler(seed=1),
    "TPESampler, multivariate": lambda: optuna.samplers.TPESampler(seed=1, multivariate=True, constant_liar=True),
    "TPESampler, independent": lambda: optuna.samplers.TPESampler(seed=1, multivariate=False),
    "GPSampler": lambda: optuna.samplers.GPSampler(seed=1),
}


def bowl(params):
    return sum((x - 0.3) ** 2 for x in params.values())


def measure(name, dimension, history, asks, patience):
    random = numpy.random.RandomState(dimension)
    space = {f"x{i}": optuna.distributions.FloatDistribution(0, 1) for i in range(dimension)}
    study = optuna.create_study(sampler=SAMPLERS[name]())
    if name == "CmaEsSampler":  # its state is kept with its own trials: it must have made the history itself
        for _ in range(history):
            trial = study.ask(space)
            study.tell(trial, bowl(trial.params))
    else:
        study.add_trials(
            [
                optuna.trial.create_trial(params=params, distributions=space, value=bowl(params))
                for params in ({key: random.rand() for key in space} for _ in range(history))
            ]
        )
    times = []
    trial = None
    began = time.perf_counter()
    for _ in range(asks + 1):
        started = time.perf_counter()
        if trial is not None:
            study.tell(trial, bowl(trial.params))
        trial = study.ask(space)
        times.append(1000 * (time.perf_counter() - started))
        if time.perf_counter() - began > patience:
            break
    return times[1:] or times  # the first warms up


task = json.loads(sys.argv[1])
for name in task["samplers"]:
    for dimension in task["dimensions"]:
        for history in task["histories"]:
            times = measure(name, dimension, history, task["asks"], task["patience"])
            line = {"sampler": name, "dimension": dimension, "history": history, "times": times}
            print(json.dumps(line), flush=True)
            if 1000 * task["patience"] < min(times) * 3:
                break  # a longer history would take longer still
