/** Labels, annotations and finalizers. Katib's are the contract (Katib behaviour 1.7); ours carry the `qalam.dev/` prefix. */

/** On every Suggestion and Trial: the experiment's name. */
export const EXPERIMENT_LABEL = "katib.kubeflow.org/experiment";
/** On every pod of a trial: the trial's name. */
export const TRIAL_LABEL = "katib.kubeflow.org/trial";
/** In the primary container's environment: the trial's name. */
export const TRIAL_NAME_ENV = "KATIB_TRIAL_NAME";
/** Deleting a trial deletes its observations first. */
export const TRIAL_FINALIZER = "clean-metrics-in-db";
export const EXPERIMENT_FINALIZER = "update-prometheus-metrics";
/** On ConfigMaps whose keys are trial templates. */
export const COMPONENT_LABEL = "katib.kubeflow.org/component";

/** Prefix of our annotations; the experiment's are copied to its trials. */
export const QALAM_PREFIX = "qalam.dev/";
/** JSON list of `{"host": "/abs", "container": "/app"}`: container paths mapped to host folders (`-v`). */
export const VOLUMES_ANNOTATION = "qalam.dev/volumes";
/** Folder in which a container without workingDir starts on a laptop (where `qalam run` was called). */
export const WORKING_DIRECTORY_ANNOTATION = "qalam.dev/working-directory";
/** How often a PrometheusMetric collector asks the exporter, such as 500ms or 5s; one second by default. */
export const SCRAPE_INTERVAL_ANNOTATION = "qalam.dev/scrape-interval";
/** In the primary container's environment, with a PrometheusMetric collector on a laptop: the port at which the exporter is to listen. */
export const METRICS_PORT_ENV = "QALAM_METRICS_PORT";
/** Set by `qalam stop`, removed by `qalam resume`: no new trials are made and running ones are stopped. */
export const PAUSED_ANNOTATION = "qalam.dev/paused";
/** On a Trial: the number of its suggestion, by which the algorithm knows it. */
export const SUGGESTION_ID_ANNOTATION = "qalam.dev/suggestion-id";
/** On a Trial: which method suggested it and why. */
export const ORIGIN_ANNOTATION = "qalam.dev/origin";
/** On a Trial: folder in its containers that holds its checkpoints, kept by the home for as long as the trial is. */
export const CHECKPOINT_FOLDER_ANNOTATION = "qalam.dev/checkpoint-folder";
/** On a Trial: name of the trial whose checkpoints it begins with. */
export const CHECKPOINT_PARENT_ANNOTATION = "qalam.dev/checkpoint-parent";
/** On a Trial: asks for it to be stopped; the value is the message of its Killed condition. */
export const STOP_ANNOTATION = "qalam.dev/stop";
/** Reason of the Killed condition of trials that a pause stopped: they run again when the experiment goes on. */
export const PAUSED_REASON = "ExperimentPaused";

/** Header of requests of a client that will serve the data directory when this server ends: what runs need not be stopped then. */
export const SUCCESSOR_HEADER = "x-qalam-successor";
