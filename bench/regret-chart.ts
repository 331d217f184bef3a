const SIZE = { width: 760, height: 440 };
const MARGIN = { left: 70, right: 190, top: 16, bottom: 48 };
/** Regrets with a line of their own. */
const TICKS = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 1e-4];
/** Told apart by the colour-blind too (Okabe and Ito 2008). */
const COLOURS = ["#000000", "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#8c8c8c"];

/** Mean normalised regrets over what they cost. */
export interface RegretChart {
  readonly title: string;
  /** What stands below the horizontal axis. */
  readonly cost: string;
  /** Costs with a line of their own, ascending; the first and the last are the ends of the axis. */
  readonly costs: readonly number[];
  readonly curves: readonly {
    readonly name: string;
    readonly points: readonly (readonly [cost: number, regret: number])[];
  }[];
}

/** Both axes logarithmic, as an SVG image. */
export function regretChart({ title, cost, costs, curves }: RegretChart): string {
  const regrets = curves.flatMap(({ points }) => points.slice(-1).map(([, regret]) => regret));
  const bottom = TICKS.find((tick) => tick <= Math.max(1e-4, Math.min(...regrets))) ?? 1e-4;
  const [from, to] = [costs[0] as number, costs.at(-1) as number];
  const x = (at: number) => along(Math.log(at / from) / Math.log(to / from), MARGIN.left, SIZE.width - MARGIN.right);
  const y = (regret: number) =>
    along(Math.log(Math.max(regret, bottom)) / Math.log(bottom), MARGIN.top, SIZE.height - MARGIN.bottom);
  const right = SIZE.width - MARGIN.right;
  const lines = curves.map(({ name, points }, i) => {
    const path = points.flatMap(([at, regret]) => (at < from ? [] : [`${x(at).toFixed(1)},${y(regret).toFixed(1)}`]));
    const colour = COLOURS[i % COLOURS.length];
    const dash = i >= COLOURS.length ? ' stroke-dasharray="6 3"' : "";
    const place = MARGIN.top + 14 + 20 * i;
    return [
      `<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`,
      `<line x1="${right + 12}" y1="${place - 4}" x2="${right + 36}" y2="${place - 4}" stroke="${colour}" stroke-width="2"${dash}/>`,
      `<text x="${right + 42}" y="${place}">${name}</text>`,
    ].join("\n");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...axes(x, y, bottom, { cost, costs }),
    ...lines,
    "</svg>\n",
  ].join("\n");
}

function axes(
  x: (cost: number) => number,
  y: (regret: number) => number,
  bottom: number,
  { cost, costs }: Pick<RegretChart, "cost" | "costs">,
): string[] {
  const [left, right, low] = [MARGIN.left, SIZE.width - MARGIN.right, SIZE.height - MARGIN.bottom];
  const grid: string[] = [];
  for (const regret of TICKS.filter((tick) => tick >= bottom))
    grid.push(
      `<line x1="${left}" y1="${y(regret)}" x2="${right}" y2="${y(regret)}" stroke="#dddddd"/>`,
      `<text x="${left - 8}" y="${y(regret) + 4}" text-anchor="end">${regret}</text>`,
    );
  for (const at of costs)
    grid.push(
      `<line x1="${x(at)}" y1="${MARGIN.top}" x2="${x(at)}" y2="${low}" stroke="#eeeeee"/>`,
      `<text x="${x(at)}" y="${low + 18}" text-anchor="middle">${at}</text>`,
    );
  grid.push(
    `<text x="${(left + right) / 2}" y="${SIZE.height - 10}" text-anchor="middle">${cost}</text>`,
    `<text transform="translate(16 ${(MARGIN.top + low) / 2}) rotate(-90)" text-anchor="middle">mean normalised regret</text>`,
  );
  return grid;
}

function along(share: number, from: number, to: number): number {
  return from + share * (to - from);
}
