import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ALGORITHMS } from "@qalam/algorithms";
import { ensurePythonEnvironment } from "../../tools/python-environment.mjs";
import { ASKS, askTimes, type Latency } from "./ask-times.ts";
import { PEERS, speedReport } from "./speed-report.ts";

const HELP = `Measures how long an ask takes, with the tell before it, against Optuna in the same run: npm run bench:speed -- [options]

  --algorithm A,B    algorithms by name, and the samplers of Optuna that do the same (default all)
  --dimensions N,N   parameters, all doubles (default 5,20)
  --histories N,N    finished trials (default 100,200,500,1000,10000)
  --no-optuna        ours only
`;

const { values: options } = parseArgs({
  options: {
    algorithm: { type: "string", default: ALGORITHMS.map(({ name }) => name).join(",") },
    dimensions: { type: "string", default: "5,20" },
    histories: { type: "string", default: "100,200,500,1000,10000" },
    "no-optuna": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
/** Seconds after which no further ask of a cell is measured. */
const PATIENCE = 20;

/** Figures of Optuna's samplers, from a Python environment made for it. @throws when it cannot be run */
function optunaTimes(
  samplers: readonly string[],
  dimensions: readonly number[],
  histories: readonly number[],
): Latency[] {
  const bin = ensurePythonEnvironment("optuna", "bench/speed/requirements.txt");
  if (bin === undefined) throw new Error("Optuna could not be installed; --no-optuna measures without it");
  const script = fileURLToPath(new URL("optuna_asks.py", import.meta.url));
  const task = JSON.stringify({ samplers, dimensions, histories, asks: ASKS, patience: PATIENCE });
  const { status, stdout, stderr } = spawnSync(join(bin, "python"), [script, task], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr.slice(-1000)}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Latency => JSON.parse(line));
}

if (options.help) console.log(HELP);
else {
  const dimensions = options.dimensions.split(",").map(Number);
  const histories = options.histories.split(",").map(Number);
  const names = options.algorithm.split(",");
  const ours = ALGORITHMS.filter(({ name }) => names.includes(name)).flatMap((algorithm) =>
    dimensions.flatMap((dimension) => askTimes(algorithm, dimension, histories, PATIENCE)),
  );
  const peers = [...new Set(names.flatMap((name) => PEERS[name] ?? []))];
  const theirs = options["no-optuna"] ? [] : optunaTimes(peers, dimensions, histories);
  console.log(speedReport(ours, theirs, dimensions, histories));
}
