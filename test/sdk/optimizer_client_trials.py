"""The Kubeflow SDK's OptimizerClient on an experiment with trials that are no TrainJobs: what its models read, and what it refuses. Prints JSON."""

import json

from kubeflow.optimizer import Objective, OptimizerClient, Search, TrialConfig
from kubeflow.trainer import CustomTrainer, TrainJobTemplate
from kubeflow.trainer.constants import constants
from kubeflow.trainer.types.types import Runtime, RuntimeKind, RuntimeTrainer, TrainerType
from kubeflow_katib_api import models
from kubernetes import client as kubernetes


def told(call):
    try:
        return str(call())
    except Exception as error:
        return f"{type(error).__name__}: {error} <- {error.__cause__}"


def train(x):
    print(f"loss={x}")


client = OptimizerClient()
api = kubernetes.CustomObjectsApi()
place = ("kubeflow.org", "v1beta1", "default")
experiment = models.V1beta1Experiment.from_dict(api.get_namespaced_custom_object(*place, "experiments", "test"))
trials = models.V1beta1TrialList.from_dict(api.list_namespaced_custom_object(*place, "trials"))
suggestion = models.V1beta1Suggestion.from_dict(api.get_namespaced_custom_object(*place, "suggestions", "test"))
trainer = RuntimeTrainer(trainer_type=TrainerType.CUSTOM_TRAINER, framework="torch", image="none")
trainer.set_command(constants.TORCH_COMMAND)
runtime = Runtime(name="torch-distributed", trainer=trainer, kind=RuntimeKind.CLUSTER_TRAINING_RUNTIME)
results = {
    "best": experiment.status.current_optimal_trial.best_trial_name,
    "trials": [trial.metadata.name for trial in trials.items],
    "assigned": len(suggestion.status.suggestions),
    "job": told(lambda: client.get_job("test")),
    "results": told(lambda: client.get_best_results("test")),
    "optimize": told(
        lambda: client.optimize(
            TrainJobTemplate(trainer=CustomTrainer(func=train), runtime=runtime),
            search_space={"x": Search.uniform(0.1, 0.2)},
            objectives=[Objective(metric="loss")],
            trial_config=TrialConfig(num_trials=2, parallel_trials=1),
        )
    ),
    "deleted": client.delete_job("test"),
}
print(json.dumps(results))
