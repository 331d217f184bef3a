"""tune() with a function: metrics printed and metrics pushed, packages installed, settings passed on. Prints what came of it as JSON."""

import json
import sys
import zipfile
from pathlib import Path

from kubeflow import katib
from kubeflow.katib import KatibClient
from kubeflow.katib.api_client import ApiClient


def printing(parameters):
    import os

    import wheel_of_the_test

    rate = float(parameters["rate"])
    print("parameters:", parameters, "greeting:", os.environ["GREETING"], wheel_of_the_test.NAME)
    for epoch in range(2):
        print(f"epoch={epoch} accuracy={rate + epoch} rate={rate}")


def pushing(parameters):
    from kubeflow import katib

    for epoch in range(3):
        katib.report_metrics({"loss": float(parameters["rate"]) / (epoch + 1), "epoch": epoch})


def write_wheel(folder):
    """A package to install that needs no index."""
    wheel = folder / "wheel_of_the_test-1.0-py3-none-any.whl"
    info = "wheel_of_the_test-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("wheel_of_the_test.py", 'NAME = "from the wheel"\n')
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: wheel_of_the_test\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return str(wheel)


plain = ApiClient().sanitize_for_serialization
dbmanager, folder = sys.argv[1:]
packages = f"{folder}/packages"
katib_client = KatibClient(namespace="kubeflow")

katib_client.tune(
    name="printing",
    objective=printing,
    parameters={
        "rate": katib.search.double(min=0.1, max=0.2, step=0.05),
        "kind": katib.search.categorical(["a", "b"]),
        "fixed": [1, None],
    },
    algorithm_name="grid",
    objective_metric_name="accuracy",
    additional_metric_names=["rate"],
    objective_goal=5,
    max_trial_count=2,
    parallel_trial_count=1,
    resources_per_trial={"cpu": "1", "memory": "1Gi"},
    env_per_trial={"GREETING": "hello", "PIP_TARGET": packages, "PYTHONPATH": packages},
    packages_to_install=[write_wheel(Path(folder))],
    retain_trials=True,
    trial_active_deadline_seconds=300,
)
katib_client.tune(
    name="pushing",
    objective=pushing,
    parameters={"rate": katib.search.double(min=0.1, max=0.2), "units": katib.search.int(min=1, max=4)},
    objective_metric_name="loss",
    objective_type="minimize",
    max_trial_count=2,
    parallel_trial_count=2,
    metrics_collector_config={"kind": "Push"},
)
results = {}
for name in ["printing", "pushing"]:
    experiment = katib_client.wait_for_experiment_condition(name, polling_interval=1, timeout=180)
    best = katib_client.get_optimal_hyperparameters(name)
    results[name] = {
        "experiment": plain(experiment),
        "best": plain(best),
        "metrics": [
            [log.metric.name, log.metric.value]
            for log in katib_client.get_trial_metrics(best.best_trial_name, db_manager_address=dbmanager)
        ],
        "logs": list(katib_client.get_job_logs(name, best.best_trial_name)),
    }
print(json.dumps(results))
