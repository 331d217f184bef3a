import { readFileSync } from "node:fs";
import type { Losses } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import { describe, expect, it } from "vitest";
import type { Acquisition } from "../src/gp/acquisition.ts";
import { BoxedRegion } from "../src/gp/boxed-region.ts";
import type { HyperparameterPrior } from "../src/gp/hyperparameters.ts";
import { LogExpectedHypervolume } from "../src/gp/log-expected-hypervolume.ts";
import { LogExpectedImprovement } from "../src/gp/log-expected-improvement.ts";
import { LogFeasibility } from "../src/gp/log-feasibility.ts";
import { MarginalLikelihood } from "../src/gp/marginal-likelihood.ts";
import { Posterior } from "../src/gp/posterior.ts";
import { SampledRegion } from "../src/gp/sampled-region.ts";

/** scikit-learn's results, written by golden/make_gaussian_process_golden.py. */
const golden = JSON.parse(readFileSync(new URL("golden/gaussian-process.json", import.meta.url), "utf8")) as {
  x: number[][];
  y: number[];
  scales: number[];
  signal: number;
  noise: number;
  logLikelihood: number;
  gradient: number[];
  at: number[][];
  mean: number[];
  variance: number[];
}[];

const rowsOf = (x: readonly number[][]) => x.map((row) => Float64Array.from(row));

function parametersOf({ scales, signal, noise }: { scales: number[]; signal: number; noise: number }): Float64Array {
  return Float64Array.of(...scales.map((scale) => -2 * Math.log(scale)), Math.log(signal), Math.log(noise));
}

/** No belief at all. */
function flatPrior(size: number): HyperparameterPrior {
  const bound = (value: number) => new Float64Array(size).fill(value);
  return { low: bound(-50), high: bound(50), start: bound(0), logDensity: () => 0 };
}

describe.each(golden)("a Gaussian process of scikit-learn", (model) => {
  const parameters = parametersOf(model);
  const d = model.scales.length;

  it("has the same marginal likelihood and gradient", () => {
    const rows = rowsOf(model.x);
    const likelihood = new MarginalLikelihood(rows, d, Float64Array.from(model.y), flatPrior(d + 2));
    const gradient = new Float64Array(d + 2);
    // scikit-learn counts n/2·log 2π, and derives by log ℓ where we derive by log 1/ℓ².
    const constant = (rows.length / 2) * Math.log(2 * Math.PI);
    expect(-likelihood.evaluate(parameters, gradient) - constant).toBeCloseTo(model.logLikelihood, 8);
    const [bySignal = 0, ...rest] = model.gradient;
    const byNoise = rest.pop() ?? 0;
    const wanted = [...rest.map((value) => value / 2), -bySignal, -byNoise];
    wanted.forEach((value, i) => {
      expect(gradient[i]).toBeCloseTo(value, 6);
    });
  });

  it("has the same posterior", () => {
    const posterior = new Posterior(d, d);
    posterior.condition(parameters, rowsOf(model.x), Float64Array.from(model.y));
    const count = model.at.length;
    const means = new Float64Array(count);
    const variances = new Float64Array(count);
    posterior.predictMany(Float64Array.from(model.at.flat()), count, means, variances);
    rowsOf(model.at).forEach((x, c) => {
      posterior.predict(x);
      expect(posterior.mean).toBeCloseTo(model.mean[c]!, 9);
      expect(posterior.variance).toBeCloseTo(model.variance[c]!, 9);
      expect(means[c]).toBeCloseTo(model.mean[c]!, 9);
      expect(variances[c]).toBeCloseTo(model.variance[c]!, 9);
    });
  });
});

/** Five numbers and a category, observed at 12 points; two more are under way. */
function mixedPosterior(): Posterior {
  const random = randomStream(3, "mixed");
  const row = () => Float64Array.of(random.uniform(), random.uniform(), random.uniform(), random.integer(3));
  const rows = Array.from({ length: 12 }, row);
  const targets = Float64Array.from(rows, (x) => Math.sin(6 * x[0]!) + x[1]! + (x[3] === 1 ? -0.5 : 0));
  const posterior = new Posterior(3, 4);
  posterior.condition(Float64Array.of(2, 0.5, -1, 0.3, 0.2, -7), rows, targets, [row(), row()]);
  return posterior;
}

const TRADE_OFFS = [
  [-0.5, 1],
  [0.3, -0.2],
];
const boxesOf = (outcomes: readonly Losses[]) => new BoxedRegion([...TRADE_OFFS, ...outcomes], [1.5, 1.5]);
const goalsOf = (outcomes: readonly Losses[]) =>
  new SampledRegion([...TRADE_OFFS, ...outcomes], [-2, -2], [1.5, 1.5], randomStream(1, "goals"));

const ACQUISITIONS: readonly [string, (posterior: Posterior) => Acquisition][] = [
  ["log EI", (posterior) => new LogExpectedImprovement(posterior, -0.8, randomStream(1, "draws"))],
  ["log P(feasible)", (posterior) => new LogFeasibility(posterior, 0.1)],
  [
    "log EHVI in boxes",
    (posterior) => new LogExpectedHypervolume([posterior, mixedPosterior()], boxesOf, randomStream(1, "draws")),
  ],
  [
    "log EHVI by samples",
    (posterior) => new LogExpectedHypervolume([posterior, mixedPosterior()], goalsOf, randomStream(1, "draws")),
  ],
];

describe.each(ACQUISITIONS)("%s", (_name, create) => {
  it("has the gradient of its differences, and the same values one by one", () => {
    const acquisition = create(mixedPosterior());
    const x = Float64Array.of(0.3, 0.8, 0.1, 1);
    const gradient = new Float64Array(4);
    const at = (k: number, step: number) => {
      const moved = Float64Array.from(x);
      moved[k] = moved[k]! + step;
      const out = new Float64Array(1);
      acquisition.values(moved, 1, out);
      return out[0]!;
    };
    expect(acquisition.valueAndGradient(x, gradient)).toBeCloseTo(at(0, 0), 10);
    for (let k = 0; k < 3; k++) expect(gradient[k]).toBeCloseTo((at(k, 1e-5) - at(k, -1e-5)) / 2e-5, 5);
    expect(gradient[3]).toBe(0);
  });
});

describe("a posterior", () => {
  it("keeps the mean and loses variance where a point is under way", () => {
    const posterior = mixedPosterior();
    const x = Float64Array.of(0.5, 0.5, 0.5, 0);
    posterior.predict(x);
    const { mean, variance } = posterior;
    posterior.addPending(x);
    posterior.predict(x);
    expect(posterior.mean).toBeCloseTo(mean, 12);
    expect(posterior.variance).toBeLessThan(0.1 * variance);
    expect(posterior.pendingOutcome(2, new Float64Array(3))).toBeCloseTo(mean, 12);
  });

  it("predicts at its rows what fittedMeans says", () => {
    const posterior = new Posterior(1, 1);
    const rows = rowsOf([[0.1], [0.4], [0.9]]);
    posterior.condition(Float64Array.of(1, 0, -2), rows, Float64Array.of(1, -1, 0.5));
    const fitted = posterior.fittedMeans();
    rows.forEach((row, i) => {
      posterior.predict(row);
      expect(fitted[i]).toBeCloseTo(posterior.mean, 12);
    });
  });

  it("copes with the same row many times over, without noise", () => {
    const posterior = new Posterior(1, 1);
    const rows = Array.from({ length: 9 }, () => Float64Array.of(0.5));
    posterior.condition(
      Float64Array.of(0, 0, -60),
      rows,
      Float64Array.from(rows, (_, i) => i - 4),
    );
    posterior.predict(Float64Array.of(0.5));
    expect(Math.abs(posterior.mean)).toBeLessThan(5);
    expect(posterior.variance).toBeGreaterThan(0);
  });
});
