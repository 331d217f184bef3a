import { LOG_SQRT_2PI, logNormalMass } from "@qalam/numeric";
import { type KernelAxis, unitOf } from "./kernel-axis.ts";

/** Bandwidths are rounded to powers of this, so that tables serve again. */
const RATIO = 1.02;
/** Places of a continuous kernel that the table tells apart. */
const NODES = 256;

/** Log densities of the kernels of one bandwidth along one axis. */
export interface KernelTable {
  readonly bandwidth: number;
  /** Continuous: −log of the kernel's normalising constant by its node. Others: log probability of a cell by the kernel's cell, [kernel · count + cell]. */
  readonly logs: Float64Array;
  /** The largest log density anywhere. */
  readonly largest: number;
}

/** Place of a continuous kernel in its table. */
export function nodeOf(unit: number): number {
  return (unit * NODES + 0.5) | 0;
}

/** Tables by axis and rounded bandwidth, made when first needed and kept: bandwidths change slowly while trials come in. */
export class KernelTables {
  readonly #axes: readonly KernelAxis[];
  readonly #tables: readonly Map<number, KernelTable>[];

  constructor(axes: readonly KernelAxis[]) {
    const continuous = new Map<number, KernelTable>();
    this.#axes = axes;
    this.#tables = axes.map(({ kind }) => (kind === "continuous" ? continuous : new Map()));
  }

  /** @param bandwidth σ on the unit axis; of categories: the probability of another category than the kernel's */
  at(axis: number, bandwidth: number): KernelTable {
    const tables = this.#tables[axis] as Map<number, KernelTable>;
    const power = Math.round(Math.log(bandwidth) / Math.log(RATIO));
    const known = tables.get(power);
    if (known !== undefined) return known;
    const table = tableOf(this.#axes[axis] as KernelAxis, RATIO ** power);
    tables.set(power, table);
    return table;
  }
}

function tableOf(axis: KernelAxis, bandwidth: number): KernelTable {
  const logs =
    axis.kind === "continuous"
      ? normalisers(bandwidth)
      : axis.kind === "categories"
        ? categoryLogs(axis.count, bandwidth)
        : cellLogs(axis, bandwidth);
  return { bandwidth, logs, largest: logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) };
}

/** Of normal kernels truncated to the unit axis. */
function normalisers(sigma: number): Float64Array {
  return Float64Array.from({ length: NODES + 1 }, (_, k) => {
    const centre = k / NODES;
    return -Math.log(sigma) - LOG_SQRT_2PI - logNormalMass(-centre / sigma, (1 - centre) / sigma);
  });
}

/** Kernels of Aitchison and Aitken: the other categories share the probability of leaving. */
function categoryLogs(count: number, leave: number): Float64Array {
  const share = Math.min(leave, (count - 1) / count);
  const logs = new Float64Array(count * count).fill(Math.log(share / (count - 1)));
  for (let k = 0; k < count; k++) logs[k * count + k] = Math.log1p(-share);
  return logs;
}

/** Truncated normal kernels, integrated over each cell. */
function cellLogs(axis: KernelAxis & { kind: "cells" }, sigma: number): Float64Array {
  const { borders, count } = axis;
  const logs = new Float64Array(count * count);
  for (let k = 0; k < count; k++) {
    const centre = unitOf(axis, k);
    const whole = logNormalMass(-centre / sigma, (1 - centre) / sigma);
    for (let j = 0; j < count; j++) {
      const [low, high] = [borders[j] as number, borders[j + 1] as number];
      logs[k * count + j] = logNormalMass((low - centre) / sigma, (high - centre) / sigma) - whole;
    }
  }
  return logs;
}
