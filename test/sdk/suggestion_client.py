"""Calls the services of `qalam serve-suggestion` at argv[1] with Katib's own Python messages. Prints the answers as JSON."""

import json
import sys

import grpc
from kubeflow.katib import katib_api_pb2 as api
from kubeflow.katib import katib_api_pb2_grpc as services


def experiment(algorithm, **settings):
    message = api.Experiment(name="test")
    message.spec.objective.type = api.MAXIMIZE
    message.spec.objective.objective_metric_name = "accuracy"
    message.spec.algorithm.algorithm_name = algorithm
    for name, value in settings.items():
        message.spec.algorithm.algorithm_settings.add(name=name, value=value)
    message.spec.early_stopping.algorithm_name = "medianstop"
    parameters = message.spec.parameter_specs.parameters
    lr = parameters.add(name="lr", parameter_type=api.DOUBLE)
    lr.feasible_space.min, lr.feasible_space.max = "0.001", "0.1"
    lr.feasible_space.distribution = api.LOG_UNIFORM
    optimizer = parameters.add(name="optimizer", parameter_type=api.CATEGORICAL)
    optimizer.feasible_space.list.extend(["sgd", "adam"])
    return message


def refusal(method, request):
    try:
        method(request, timeout=60)
    except grpc.RpcError as error:
        return [error.code().name, error.details()]
    return None


def trial_of(index, suggestion):
    trial = api.Trial(name=f"test-{index}")
    trial.spec.parameter_assignments.assignments.extend(suggestion.assignments)
    trial.spec.labels.update(suggestion.labels)
    trial.status.condition = api.TrialStatus.SUCCEEDED
    trial.status.observation.metrics.add(name="accuracy", value=str(index))
    return trial


with grpc.insecure_channel(sys.argv[1]) as channel:
    suggestion = services.SuggestionStub(channel)
    stopping = services.EarlyStoppingStub(channel)
    suggestion.ValidateAlgorithmSettings(api.ValidateAlgorithmSettingsRequest(experiment=experiment("tpe")), timeout=60)
    first = suggestion.GetSuggestions(
        api.GetSuggestionsRequest(experiment=experiment("tpe"), current_request_number=3, total_request_number=3),
        timeout=60,
    )
    again = experiment("tpe")
    again.spec.algorithm.CopyFrom(first.algorithm)
    trials = [trial_of(i, one) for i, one in enumerate(first.parameter_assignments)]
    second = suggestion.GetSuggestions(
        api.GetSuggestionsRequest(experiment=again, trials=trials, current_request_number=2, total_request_number=5),
        timeout=60,
    )
    made = [*first.parameter_assignments, *second.parameter_assignments]
    rules = stopping.GetEarlyStoppingRules(api.GetEarlyStoppingRulesRequest(experiment=experiment("tpe")), timeout=60)
    answers = {
        "made": [{one.name: one.value for one in suggested.assignments} for suggested in made],
        "unknown": refusal(
            suggestion.ValidateAlgorithmSettings,
            api.ValidateAlgorithmSettingsRequest(experiment=experiment("tpe", nonsense="1")),
        ),
        "empty": refusal(suggestion.GetSuggestions, api.GetSuggestionsRequest(current_request_number=1)),
        "rules": len(rules.early_stopping_rules),
        "marked": refusal(stopping.SetTrialStatus, api.SetTrialStatusRequest(trial_name="test-0")),
    }
print(json.dumps(answers))
