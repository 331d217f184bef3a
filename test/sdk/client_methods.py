"""Every method of KatibClient that reads, edits or deletes, on an experiment made from models and from a dict. Prints what they return as JSON."""

import json
import sys

from kubernetes import client, watch

from kubeflow import katib
from kubeflow.katib import KatibClient
from kubeflow.katib.api_client import ApiClient


def container(command):
    return client.V1Container(name="main", image="none", command=["sh", "-c", command])


def experiment(name, command, **spec):
    job = client.V1Job(
        api_version="batch/v1",
        kind="Job",
        spec=client.V1JobSpec(
            template=client.V1PodTemplateSpec(
                spec=client.V1PodSpec(restart_policy="Never", containers=[container(command)])
            )
        ),
    )
    return katib.V1beta1Experiment(
        api_version="kubeflow.org/v1beta1",
        kind="Experiment",
        metadata=client.V1ObjectMeta(name=name),
        spec=katib.V1beta1ExperimentSpec(
            objective=katib.V1beta1ObjectiveSpec(type="minimize", objective_metric_name="loss"),
            algorithm=katib.V1beta1AlgorithmSpec(algorithm_name="random"),
            max_trial_count=2,
            parallel_trial_count=1,
            parameters=[
                katib.V1beta1ParameterSpec(
                    name="x",
                    parameter_type="double",
                    feasible_space=katib.V1beta1FeasibleSpace(min="0.1", max="0.9"),
                )
            ],
            trial_template=katib.V1beta1TrialTemplate(
                primary_container_name="main",
                trial_parameters=[katib.V1beta1TrialParameterSpec(name="x", reference="x")],
                trial_spec=job,
            ),
            **spec,
        ),
    )


def error_of(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def wait_until_deleted(plural, name):
    """delete_experiment does not wait."""
    list_objects = katib_client.custom_api.list_namespaced_custom_object
    place = ("kubeflow.org", "v1beta1", "default", plural)
    found = list_objects(*place)
    if all(one["metadata"]["name"] != name for one in found["items"]):
        return
    version = found["metadata"]["resourceVersion"]
    for event in watch.Watch().stream(list_objects, *place, resource_version=version, timeout_seconds=60):
        if event["type"] == "DELETED" and event["object"]["metadata"]["name"] == name:
            return


plain = ApiClient().sanitize_for_serialization
katib_client = KatibClient()
LOSS = "echo loss=${trialParameters.x}"

model = experiment("by-model", LOSS, resume_policy="LongRunning")
katib_client.create_experiment(model)
again = error_of(katib_client.create_experiment, model)
finished = katib_client.wait_for_experiment_condition("by-model", polling_interval=1, timeout=60)

trials = katib_client.list_trials("by-model")
trial_name = trials[0].metadata.name
states = ["created", "running", "restarting", "succeeded", "failed"]
results = {
    "again": again,
    "finished": plain(finished),
    "conditions": [condition.type for condition in katib_client.get_experiment_conditions("by-model")],
    "is": {state: getattr(katib_client, f"is_experiment_{state}")("by-model") for state in states},
    "experiments": [one.metadata.name for one in katib_client.list_experiments()],
    "suggestion": plain(katib_client.get_suggestion("by-model")),
    "suggestions": len(katib_client.list_suggestions()),
    "trials": plain(trials),
    "all_trials": len(katib_client.list_trials()),
    "trial": plain(katib_client.get_trial(trial_name)),
    "details": plain(katib_client.get_success_trial_details("by-model")),
    "best": plain(katib_client.get_optimal_hyperparameters("by-model")),
    "metrics": [
        [log.metric.name, log.metric.value, log.time_stamp]
        for log in katib_client.get_trial_metrics(trial_name, db_manager_address=sys.argv[1])
    ],
    "logs": list(katib_client.get_job_logs("by-model", trial_name)),
    "followed": list(katib_client.get_job_logs("by-model", trial_name, follow=True)),
}

katib_client.edit_experiment_budget("by-model", max_trial_count=4, parallel_trial_count=2)
# The experiment is still the finished one until its controller has seen the edit, so the SDK's wait alone may return at once.
kind = ("kubeflow.org", "v1beta1", katib_client.namespace, "experiments")
for event in watch.Watch().stream(katib_client.custom_api.list_namespaced_custom_object, *kind, timeout_seconds=60):
    if event["object"]["metadata"]["name"] == "by-model" and event["object"].get("status", {}).get("trials", 0) > 2:
        break
results["restarted"] = plain(katib_client.wait_for_experiment_condition("by-model", polling_interval=1, timeout=60))

failing = plain(experiment("by-dict", "echo broken ${trialParameters.x}; exit 3", max_failed_trial_count=0))
katib_client.create_experiment(failing, namespace="team-a")
results["failure"] = error_of(
    katib_client.wait_for_experiment_condition, "by-dict", namespace="team-a", polling_interval=1, timeout=60
)
results["no_best"] = katib_client.get_optimal_hyperparameters("by-dict", namespace="team-a")
results["unknown_trial"] = error_of(katib_client.get_trial_metrics, "gone", db_manager_address=sys.argv[1])
results["invalid"] = error_of(katib_client.create_experiment, experiment("bad", LOSS, nas_config={}))

katib_client.delete_experiment("by-model")
wait_until_deleted("experiments", "by-model")
wait_until_deleted("trials", trial_name)
results["gone"] = error_of(katib_client.get_experiment, "by-model")
results["trials_gone"] = error_of(katib_client.get_trial, trial_name)
print(json.dumps(results))
