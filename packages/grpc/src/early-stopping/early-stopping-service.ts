import { status } from "@grpc/grpc-js";
import { checkSettings, STOPPING_RULES, type StoppingRuleFactory, settingsRecord } from "@qalam/algorithms";
import {
  ComparisonType,
  EarlyStopping,
  type EarlyStoppingSpec,
  type ObjectiveSpec,
  TrialStatus_TrialConditionType,
} from "../generated/katib_pb.ts";
import { objectiveTypes } from "../messages/enums.ts";
import { CallError } from "../server/grpc-status.ts";
import { type Service, unaryService } from "../server/service.ts";
import { finishedHistories } from "./finished-histories.ts";
import { markStopped, type TrialPlace } from "./mark-stopped.ts";

export interface EarlyStoppingOptions {
  /** The cluster whose trials are marked when collectors have stopped them. Asked at every call, as its access may change; absent when there is none. */
  readonly trials?: () => TrialPlace;
  /** RFC 3339. */
  readonly now?: () => string;
}

/**
 * Our stopping rules as a Katib early-stopping service (Katib behaviour 7, 8.1): those that one bound can tell, which Katib's collectors test at one report.
 * Keeps nothing between calls.
 */
export function earlyStoppingService({
  trials: place,
  now = () => `${new Date().toISOString().slice(0, 19)}Z`,
}: EarlyStoppingOptions = {}): Service {
  return unaryService(EarlyStopping, {
    async getEarlyStoppingRules({ experiment, trials, dbManagerAddress }) {
      const { settings, fixedBound } = checked(experiment?.spec?.earlyStopping);
      const { metric, direction } = objectiveOf(experiment?.spec?.objective);
      const succeeded = trials.filter((one) => one.status?.condition === TrialStatus_TrialConditionType.SUCCEEDED);
      const names = succeeded.map(({ name }) => name);
      const finished = names.length === 0 ? [] : await finishedHistories(dbManagerAddress, names, metric, direction);
      const bound = fixedBound(settings, direction, finished);
      if (bound === undefined) return {};
      const { startStep, loss } = bound;
      const rule =
        direction === "maximize"
          ? { value: String(0 - loss), comparison: ComparisonType.LESS }
          : { value: String(loss), comparison: ComparisonType.GREATER };
      return { earlyStoppingRules: [{ name: metric, startStep, ...rule }] };
    },
    async validateEarlyStoppingSettings({ earlyStopping }) {
      checked(earlyStopping);
      return {};
    },
    async setTrialStatus({ trialName }) {
      if (trialName === "") throw invalid("trial_name is empty");
      if (place === undefined)
        throw new CallError(
          status.UNIMPLEMENTED,
          `trial ${JSON.stringify(trialName)} is not marked as EarlyStopped: this service has no access to a Kubernetes API; start it with --kubeconfig, or in a pod with a service account`,
        );
      const { store, namespace } = place();
      await markStopped(store, { namespace, name: trialName }, now());
      return {};
    },
  });
}

/** @throws CallError INVALID_ARGUMENT with everything that does not fit */
function checked(spec: EarlyStoppingSpec | undefined) {
  if (spec === undefined) throw invalid("early_stopping is missing");
  const expressible = STOPPING_RULES.filter(({ fixedBound }) => fixedBound !== undefined);
  const names = expressible.map(({ name }) => name).join(", ");
  const rule: StoppingRuleFactory | undefined = STOPPING_RULES.find(({ name }) => name === spec.algorithmName);
  if (rule === undefined)
    throw invalid(`unknown early stopping algorithm ${JSON.stringify(spec.algorithmName)}; accepted: ${names}`);
  const { fixedBound } = rule;
  if (fixedBound === undefined)
    throw invalid(
      `${rule.name} judges a trial by more than a bound that is known before it begins, which is all that Katib's collectors can test; accepted: ${names}`,
    );
  const settings = settingsRecord(spec.algorithmSettings);
  const ofSettings = checkSettings(rule.name, rule.settings, spec.algorithmSettings).map(({ problem }) => problem);
  const problems = ofSettings.length > 0 ? ofSettings : (rule.check?.(settings) ?? []);
  if (problems.length > 0) throw invalid(problems.join("; "));
  return { settings, fixedBound };
}

function objectiveOf(objective: ObjectiveSpec | undefined) {
  const metric = objective?.objectiveMetricName ?? "";
  if (metric === "") throw invalid("experiment.spec.objective.objective_metric_name is empty; write the metric's name");
  const direction = objectiveTypes.word(objective?.type ?? 0);
  if (direction === undefined) throw invalid("experiment.spec.objective.type must be MINIMIZE or MAXIMIZE");
  return { metric, direction };
}

function invalid(message: string): CallError {
  return new CallError(status.INVALID_ARGUMENT, message);
}
