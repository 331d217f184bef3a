import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const EPOCHS = 60;
const RULES = [
  "medianstop",
  "percentile",
  "asha",
  `hyperband:max_step=${EPOCHS}`,
  "curve",
  "patient",
  "threshold:value=0.9:start_step=5",
];

/** How many trials an experiment has, and how many run at the same time. */
export interface ExampleSize {
  readonly trials: number;
  readonly workers: number;
}

/** What one experiment cost and found. */
interface Run {
  readonly epochs: number;
  /** Seconds, of all trials together, from their start to their end. */
  readonly trialTime: number;
  readonly wall: number;
  readonly best: number;
  readonly stopped: number;
}

interface Trial {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly startTime: string;
    readonly completionTime: string;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Runs examples/pytorch with each rule on the same trials, the `python` in PATH having torch. */
export function measurePytorch(size: ExampleSize, rules: readonly string[] = RULES): void {
  console.log(
    `\nPyTorch example, ${size.trials} trials of ${EPOCHS} epochs, ${size.workers} at a time\n\n| rule | stopped | epochs | saved, % | trial time, s | saved, % | wall, s | best accuracy | loss of best, % |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |`,
  );
  let full: Run | undefined;
  for (const rule of ["none", ...rules]) {
    const run = runExample(rule, size);
    full ??= run;
    const saved = (of: (run: Run) => number) => (100 * (1 - of(run) / of(full as Run))).toFixed(1);
    const cells = [
      rule,
      `${run.stopped} of ${size.trials}`,
      run.epochs,
      saved(({ epochs }) => epochs),
      run.trialTime.toFixed(1),
      saved(({ trialTime }) => trialTime),
      run.wall.toFixed(1),
      run.best.toFixed(4),
      ((100 * (full.best - run.best)) / full.best).toFixed(2),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

function runExample(rule: string, size: ExampleSize): Run {
  const folder = mkdtempSync(join(tmpdir(), "qalam-bench-"));
  const env = { ...process.env, QALAM_HOME: join(folder, "home") };
  const qalam = (...args: string[]): string =>
    execFileSync(process.execPath, [join(root, "packages/cli/bin/qalam.js"), ...args], {
      cwd: folder,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  try {
    cpSync(join(root, "examples/pytorch"), folder, { recursive: true });
    const file = join(folder, "experiment.yaml");
    writeFileSync(file, stringify(withRule(parse(readFileSync(file, "utf8")), rule, size)));
    const began = performance.now();
    qalam("run", "experiment.yaml", "-v", ".:/app");
    const wall = (performance.now() - began) / 1000;
    const trials: Trial[] = JSON.parse(qalam("get", "trials", "-n", "kubeflow", "-o", "json")).items;
    const logs = trials.map(({ metadata }) => qalam("logs", metadata.name, "-n", "kubeflow"));
    const accuracies = [...logs.join("\n").matchAll(/accuracy=([\d.]+)/g)].map(([, value]) => Number(value));
    return {
      epochs: accuracies.length,
      trialTime: trials.reduce(
        (sum, { status }) => sum + seconds(status.completionTime) - seconds(status.startTime),
        0,
      ),
      wall,
      best: Math.max(...accuracies),
      stopped: trials.filter(({ status }) => status.conditions.some(isStopped)).length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function seconds(time: string): number {
  return Date.parse(time) / 1000;
}

function isStopped({ type, status }: Trial["status"]["conditions"][number]): boolean {
  return type === "EarlyStopped" && status === "True";
}

interface Experiment {
  readonly spec: Record<string, unknown>;
}

/** The example with longer and more trials, always the same ones, and nothing that ends it early but the rule. */
function withRule(experiment: Experiment, rule: string, { trials, workers }: ExampleSize): object {
  const { earlyStopping: _, ...spec } = experiment.spec;
  const { goal: __, ...objective } = spec.objective as Record<string, unknown>;
  const [algorithmName, ...assignments] = rule.split(":");
  const algorithmSettings = assignments.map((text) => {
    const [name, value] = text.split("=");
    return { name, value };
  });
  return {
    ...experiment,
    spec: {
      ...longer(spec),
      objective,
      algorithm: { algorithmName: "random", algorithmSettings: [{ name: "random_state", value: "1" }] },
      maxTrialCount: trials,
      parallelTrialCount: workers,
      ...(rule !== "none" && { earlyStopping: { algorithmName, algorithmSettings } }),
    },
  };
}

/** Trainings that take as long as their epochs, not as long as importing torch. */
function longer(spec: Record<string, unknown>): Record<string, unknown> {
  const copy = structuredClone(spec) as {
    trialTemplate: { trialSpec: { spec: { template: { spec: { containers: { command: string[] }[] } } } } };
  };
  copy.trialTemplate.trialSpec.spec.template.spec.containers[0]?.command.push(`--epochs=${EPOCHS}`);
  return copy;
}
