import { type StoppingRule, TrialSeries } from "@qalam/algorithms";

/** One training that could be run to its end. */
export interface Curve {
  /** The loss after each epoch; NaN where it diverged. Shape [epochs] */
  readonly losses: readonly number[];
  /** Time of one epoch. */
  readonly epochTime: number;
}

/** What an experiment cost and found. */
export interface Outcome {
  /** Epochs that were trained. */
  readonly epochs: number;
  /** Time until the last trial had ended. */
  readonly time: number;
  /** The least loss that any trial reported. */
  readonly best: number;
  readonly stopped: number;
}

interface Worker {
  readonly trial: TrialSeries;
  readonly curve: Curve;
  time: number;
}

/** Runs trials in order on some workers, which report at different times, and stops those a rule gives up. */
export function playRace(curves: readonly Curve[], workers: number, rules: readonly StoppingRule[]): Outcome {
  const queue = curves.map((curve, i) => ({ curve, trial: new TrialSeries(`trial-${i}`) }));
  const running: Worker[] = [];
  const outcome = { epochs: 0, time: 0, best: Number.POSITIVE_INFINITY, stopped: 0 };
  const start = (time: number): void => {
    const next = queue.shift();
    if (next !== undefined) running.push({ ...next, time: time + next.curve.epochTime });
  };
  for (let i = 0; i < workers; i++) start(0);
  for (;;) {
    running.sort((a, b) => a.time - b.time);
    const worker = running[0];
    if (worker === undefined) return outcome;
    const { trial, curve } = worker;
    const loss = curve.losses[trial.steps.length] as number;
    trial.add(loss, undefined);
    outcome.epochs += 1;
    outcome.time = worker.time;
    if (loss < outcome.best) outcome.best = loss;
    for (const rule of rules) rule.observe(trial);
    const isDone = trial.steps.length === curve.losses.length;
    const isStopped = !isDone && rules.some((rule) => rule.decide(trial) !== undefined);
    if (isDone) for (const rule of rules) rule.settle?.(trial);
    if (isStopped) outcome.stopped += 1;
    if (!isDone && !isStopped) worker.time += curve.epochTime;
    else {
      running.shift();
      start(worker.time);
    }
  }
}
