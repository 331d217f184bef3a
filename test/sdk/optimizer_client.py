"""Every method of the Kubeflow SDK's OptimizerClient that needs no TrainJob, on experiments without trials. Prints what they return as JSON."""

import dataclasses
import json

from kubeflow.optimizer import OptimizerClient


def told(call):
    """What a call raised, and what the server had said."""
    try:
        return str(call())
    except Exception as error:
        return f"{type(error).__name__}: {error} <- {error.__cause__}"


def shown(job):
    return {
        "name": job.name,
        "space": {name: dataclasses.asdict(one) for name, one in job.search_space.items()},
        "objectives": [(one.metric, one.direction.value) for one in job.objectives],
        "algorithm": type(job.algorithm).__name__,
        "config": dataclasses.asdict(job.trial_config),
        "trials": len(job.trials),
        "status": job.status,
    }


client = OptimizerClient()
seen = []
results = {
    "jobs": sorted(job.name for job in client.list_jobs()),
    "job": shown(client.get_job("idle")),
    "waited": client.wait_for_job_status("idle", {"Created"}, polling_interval=1, callbacks=[lambda job: seen.append(job.name)]).status,
    "called_back": seen,
    "complete": client.wait_for_job_status("done", polling_interval=1).status,
    "failed": told(lambda: client.wait_for_job_status("failed", polling_interval=1)),
    "best": client.get_best_results("idle"),
    "logs": list(client.get_job_logs("idle")),
    "events": [(event.involved_object_kind, event.reason, event.message) for event in client.get_job_events("idle")],
    "unknown": told(lambda: client.get_job("none")),
    "deleted": client.delete_job("idle"),
}
results["gone"] = told(lambda: client.get_job("idle"))
print(json.dumps(results, default=lambda one: one.value))
