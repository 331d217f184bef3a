import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const TRIALS = 24;

/** Runs examples/pytorch with several rules and the same seed, the `python` in PATH having torch. */
export function measurePytorch(): void {
  console.log(
    `\nPyTorch example, ${TRIALS} trials of 15 epochs, 2 at a time\n\n| rule | epochs | best accuracy | wall, s |\n| --- | --- | --- | --- |`,
  );
  for (const rule of ["none", "medianstop", "percentile:start_step=4", "curve"]) console.log(runExample(rule));
}

function runExample(rule: string): string {
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
    writeFileSync(file, stringify(withRule(parse(readFileSync(file, "utf8")), rule)));
    const began = performance.now();
    qalam("run", "experiment.yaml", "-v", ".:/app");
    const seconds = (performance.now() - began) / 1000;
    const trials: { metadata: { name: string } }[] = JSON.parse(
      qalam("get", "trials", "-n", "kubeflow", "-o", "json"),
    ).items;
    const logs = trials.map(({ metadata }) => qalam("logs", metadata.name, "-n", "kubeflow"));
    const accuracies = [...logs.join("\n").matchAll(/accuracy=([\d.]+)/g)].map(([, value]) => Number(value));
    return `| ${rule} | ${accuracies.length} | ${Math.max(...accuracies)} | ${seconds.toFixed(1)} |`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The example with more trials, a fixed seed, and nothing that ends it early but the rule. */
function withRule(experiment: { spec: Record<string, unknown> }, rule: string): object {
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
      ...spec,
      objective,
      algorithm: { algorithmName: "random", algorithmSettings: [{ name: "random_state", value: "1" }] },
      maxTrialCount: TRIALS,
      ...(rule !== "none" && { earlyStopping: { algorithmName, algorithmSettings } }),
    },
  };
}
