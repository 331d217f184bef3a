import type { Latency } from "./ask-times.ts";

/** Which sampler of Optuna does what ours does. */
export const PEERS: Readonly<Record<string, string>> = {
  random: "RandomSampler",
  sobol: "QMCSampler",
  cmaes: "CmaEsSampler",
  tpe: "TPESampler, independent",
  "multivariate-tpe": "TPESampler, multivariate",
  gp: "GPSampler",
  bayesianoptimization: "GPSampler",
  auto: "GPSampler",
  turbo: "GPSampler",
};

/** Median milliseconds by sampler, dimension and history, as a table; behind ours Optuna's by ours. */
export function speedReport(
  ours: readonly Latency[],
  theirs: readonly Latency[],
  dimensions: readonly number[],
  histories: readonly number[],
): string {
  const head = ["ask, ms", "d", ...histories.map((history) => `n = ${history.toLocaleString("en")}`)];
  const cell = (rows: readonly Latency[], sampler: string, dimension: number, history: number) =>
    rows.find((row) => row.sampler === sampler && row.dimension === dimension && row.history === history);
  const lines = (rows: readonly Latency[], peers: readonly Latency[]) =>
    [...new Set(rows.map(({ sampler }) => sampler))].flatMap((sampler) =>
      dimensions.map((dimension) => [
        sampler,
        `${dimension}`,
        ...histories.map((history) => {
          const own = cell(rows, sampler, dimension, history);
          const peer = cell(peers, PEERS[sampler] ?? "", dimension, history);
          if (own === undefined) return "–";
          return peer === undefined
            ? ms(median(own))
            : `${ms(median(own))} (1/${ratio(median(peer) / median(own))} of Optuna's)`;
        }),
      ]),
    );
  const table = (rows: readonly (readonly string[])[]) =>
    [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
  return `${table(lines(ours, theirs))}\n\n${table(lines(theirs, []))}`;
}

function median({ times }: Latency): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function ms(value: number): string {
  return value < 1 ? value.toFixed(3) : value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function ratio(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
