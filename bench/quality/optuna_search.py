"""Optuna's samplers at work on tasks that are evaluated elsewhere, one run after the other. Lines of JSON in: {"sampler","seed","evaluations","parameters"} begins a run,
then one number per answered trial. Lines out: {"point":[value or null where not active],"ms"} for each trial. Lists are answered by index."""

import json
import sys
import time
import warnings

import optuna
import torch

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
torch.set_num_threads(1)


def suggest(trial, parameter, point):
    for condition in parameter.get("activeWhen", []):
        if point[condition["parameter"]] not in condition["indices"]:
            return None
    name = parameter["name"]
    if "values" in parameter:
        return trial.suggest_categorical(name, list(range(len(parameter["values"]))))
    log = parameter["distribution"] == "logUniform"
    method = trial.suggest_int if parameter["type"] == "int" else trial.suggest_float
    return method(name, parameter["min"], parameter["max"], log=log)


def play(run):
    study = optuna.create_study(sampler=getattr(optuna.samplers, run["sampler"])(seed=run["seed"]))
    for _ in range(run["evaluations"]):
        started = time.perf_counter()
        trial = study.ask()
        point = []
        for parameter in run["parameters"]:
            point.append(suggest(trial, parameter, point))
        print(json.dumps({"point": point, "ms": 1000 * (time.perf_counter() - started)}), flush=True)
        study.tell(trial, json.loads(sys.stdin.readline()))


for line in iter(sys.stdin.readline, ""):
    play(json.loads(line))
