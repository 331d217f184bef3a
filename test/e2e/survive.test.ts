import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memoryLimitSupport } from "@qalam/runner";
import { describe, expect, it } from "vitest";
import { type ManifestOptions, writeManifest } from "./manifest.ts";
import { qalam, temporaryFolder } from "./qalam-command.ts";

const memory = memoryLimitSupport();

/** Runs an experiment of one trial. */
async function runOne(options: ManifestOptions) {
  const home = temporaryFolder();
  const result = await qalam(["run", writeManifest(home, { max: 1, parallel: 1, ...options })], { home });
  const { stdout } = await qalam(["get", "trials", "-o", "json"], { home });
  const [trial] = (
    JSON.parse(stdout) as {
      items: {
        metadata: { name: string };
        status: {
          conditions: { type: string; status: string; message: string }[];
          observation?: { metrics: { name: string; latest: string; min: string; max: string }[] };
        };
      }[];
    }
  ).items;
  const condition = trial?.status.conditions.at(-1);
  return {
    ...result,
    home,
    name: trial?.metadata.name ?? "",
    condition,
    metrics: trial?.status.observation?.metrics ?? [],
  };
}

describe("a training that goes wrong", () => {
  it.each([
    {
      what: "command not found",
      options: { command: ["no-such-program"] },
      says: /"no-such-program" was not found in PATH/,
    },
    {
      what: "missing script",
      options: { command: ["sh", "/nowhere/train.sh"] },
      says: /exited with status 127|nowhere\/train.sh/,
    },
    {
      what: "missing program with a path",
      options: { command: ["/app/train.py"] },
      says: /"\/app\/train.py" does not exist.*-v HOST:CONTAINER/,
    },
    {
      what: "non-zero exit",
      options: { script: "echo about to fail; exit 3" },
      says: /exited with status 3: about to fail/,
    },
    {
      what: "a Python package that is not there",
      options: {
        script: "echo \"ModuleNotFoundError: No module named 'sklearn.svm'\" >&2; exit 1",
      },
      says: /this is \/\S+: install what has sklearn, or activate the environment/,
    },
    { what: "killed by a signal", options: { script: "kill -9 $$$$" }, says: /ended by signal 9/ },
    { what: "no command", options: { container: { command: undefined } }, says: /has no command.*images are not run/ },
    {
      what: "deadline",
      options: { script: "sleep 1000", job: { activeDeadlineSeconds: 1 } },
      says: /active longer than specified deadline/,
    },
    {
      what: "a request this machine can never meet",
      options: { container: { resources: { requests: { cpu: "4000" } } } },
      says: /cpu 4000 requested/,
    },
  ] as { what: string; options: ManifestOptions; says: RegExp }[])(
    "$what: the trial and the experiment fail and say why",
    async ({ options, says }) => {
      const { status, condition, stdout } = await runOne(options);
      expect(condition?.type).toBe("Failed");
      expect(condition?.message).toMatch(says);
      expect(status).toBe(1);
      expect(stdout).toMatch(says);
    },
  );

  it.skipIf(memory.version === undefined)(
    `out of memory: says so${memory.version === undefined ? ` (skipped: ${memory.reason})` : ""}`,
    async () => {
      const script = "x=0123456789abcdef; while :; do x=$x$x; done";
      const { status, condition } = await runOne({ script, container: { resources: { limits: { memory: "64Mi" } } } });
      expect(condition?.type).toBe("Failed");
      expect(condition?.message).toContain("OOMKilled");
      expect(status).toBe(1);
    },
  );

  it("no metric printed: says what was looked for and the closest line", async () => {
    const { status, condition } = await runOne({ script: "echo start; echo Loss=0.5" });
    expect(condition?.type).toBe("MetricsUnavailable");
    expect(condition?.message).toMatch(/"loss" was not found.*read 2 lines.*saw Loss=0.5; the objective is loss/);
    expect(status).toBe(1);
  });

  it("restarts a container with restartPolicy OnFailure and counts it against backoffLimit", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, {
      max: 1,
      parallel: 1,
      script: "echo r >> runs; [ $(wc -l < runs) -ge 2 ] && echo loss=1",
      job: { backoffLimit: 2 },
    });
    writeFileSync(file, readFileSync(file, "utf8").replace("restartPolicy: Never", "restartPolicy: OnFailure"));
    expect((await qalam(["run", file], { home })).status).toBe(0);
    expect(readFileSync(join(home, "runs"), "utf8")).toBe("r\nr\n");
  });
});

describe("values and output of all kinds", () => {
  it.each([
    ["NaN", "echo loss=NaN; echo loss=0.5", { min: "0.5", max: "0.5", latest: "0.5" }],
    ["infinity", "echo loss=inf; echo loss=2", { min: "2", max: "inf", latest: "2" }],
    ["exponents", "echo loss=1e-3; echo loss=5E+2", { min: "1e-3", max: "5E+2", latest: "5E+2" }],
    [
      "binary and invalid UTF-8",
      "printf '\\377\\376\\000\\001'; head -c 100000 /dev/urandom; printf '\\nloss=0.25\\n'",
      { min: "0.25", max: "0.25", latest: "0.25" },
    ],
    [
      "a 50 MB line without newline",
      "head -c 50000000 /dev/zero | tr '\\0' x; printf '\\nloss=0.75\\n'",
      { min: "0.75", max: "0.75", latest: "0.75" },
    ],
  ])("%s", async (_what, script, want) => {
    const { status, metrics } = await runOne({ script });
    expect(status).toBe(0);
    expect(metrics).toEqual([{ name: "loss", ...want }]);
  });

  it("1 GB of output: the metric at its end is found, and the log is complete", async () => {
    const { status, metrics, home, name } = await runOne({
      script:
        "yes 'a line of training output that holds no metric at all, number 12345' | head -c 1000000000; echo; echo loss=0.5",
    });
    expect(status).toBe(0);
    expect(metrics[0]?.latest).toBe("0.5");
    expect((await qalam(["logs", name, "--tail", "1"], { home })).stdout).toBe("loss=0.5\n");
  });

  it("last words with line breaks and escape sequences stay on the line of their event", async () => {
    const script = "printf 'one\\n\\033[2Jtwo\\n'; exit 3";
    const { stderr } = await runOne({ script });
    expect(stderr).toMatch(/trial test-\w+ failed: .* one .*two {2}x=/);
    expect(stderr).not.toContain("\u001b");
  });

  it("a filter that would blow up a backtracking engine does no harm", async () => {
    const spec = {
      metricsCollectorSpec: {
        collector: { kind: "StdOut" },
        source: { filter: { metricsFormat: ["((?:a+)+b)=(\\d+)", "(\\w+)=([\\d.]+)"] } },
      },
    };
    const { status, metrics } = await runOne({
      script: "head -c 100000 /dev/zero | tr '\\0' a; echo loss; echo loss=1",
      spec,
    });
    expect(status).toBe(0);
    expect(metrics[0]?.latest).toBe("1");
  });

  it("a training that forks and leaves children: they are gone after the run", async () => {
    const { status, home } = await runOne({
      script: "(sleep 987 &) ; setsid sleep 986 > /dev/null 2>&1 & echo $! > child; echo loss=1",
    });
    expect(status).toBe(0);
    const child = readFileSync(join(home, "child"), "utf8").trim();
    expect(isRunning(child)).toBe(false);
  });
});

describe("bad input ends with status 2 and names every problem", () => {
  it.each([
    { what: "invalid YAML", change: (text: string) => text.replace("spec:", "spec: ["), says: [/not valid YAML/] },
    {
      what: "a wrong type",
      change: (text: string) => text.replace("maxTrialCount: 2", "maxTrialCount: many"),
      says: [/spec\.maxTrialCount: expected an integer/],
    },
    {
      what: "a missing field",
      change: (text: string) => text.replace("objectiveMetricName: loss", "goal: 1"),
      says: [/objectiveMetricName: is missing/],
    },
    {
      what: "an unknown field",
      change: (text: string) => text.replace("parallelTrialCount", "paralelTrialCount"),
      says: [/unknown field "paralelTrialCount"/, /did you mean "parallelTrialCount"/],
    },
    {
      what: "an unknown algorithm",
      change: (text: string) => text.replace("algorithmName: random", "algorithmName: randmo"),
      says: [/unknown algorithm "randmo"/, /did you mean "random"/],
    },
    {
      what: "an unknown setting",
      change: (text: string) =>
        text.replace(
          "algorithmName: random",
          "algorithmName: random\n    algorithmSettings: [{ name: random_stat, value: '1' }]",
        ),
      says: [/unknown setting "random_stat"/, /did you mean "random_state"/],
    },
    {
      what: "a value that a setting does not have",
      change: (text: string) =>
        text.replace(
          "algorithmName: random",
          "algorithmName: bayesianoptimization\n    algorithmSettings: [{ name: acq_func, value: ei }]",
        ),
      says: [/acq_func: expected one of gp_hedge, LCB, EI, PI, EIps, PIps, found "ei"/, /did you mean "EI"/],
    },
    {
      what: "a placeholder nobody fills",
      change: (text: string) => text.replace("trialParameters.x", "trialParameters.y"),
      says: [/nothing fills this placeholder/, /the template has no \$\{trialParameters\.x\}/],
    },
    {
      what: "a collector that is not there",
      change: (text: string) =>
        text.replace("algorithm:", "metricsCollectorSpec: { collector: { kind: Prometheus } }\n  algorithm:"),
      says: [/metricsCollectorSpec.collector.kind: .*StdOut.*PrometheusMetric/],
    },
    {
      what: "a grid without step",
      change: (text: string) => text.replace("algorithmName: random", "algorithmName: grid"),
      says: [/grid needs a step.*x/],
    },
  ])("$what", async ({ change, says }) => {
    const home = temporaryFolder();
    const file = writeManifest(home);
    writeFileSync(file, change(readFileSync(file, "utf8")));
    const { status, stderr } = await qalam(["run", file], { home });
    expect(status).toBe(2);
    for (const text of says) expect(stderr).toMatch(text);
    expect(stderr).toMatch(/default-test\.yaml:\d+:\d+/);
  });

  it("a file that is not there", async () => {
    const home = temporaryFolder();
    expect(await qalam(["validate", "nowhere.yaml"], { home })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("cannot read nowhere.yaml: no such file"),
    });
  });
});

/** A process that has ended but whose parent has not asked for it counts as gone. */
function isRunning(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}
