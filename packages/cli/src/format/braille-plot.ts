/** A value at a place along the way. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

export interface PlotSize {
  /** Characters, labels included. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
}

const BRAILLE = 0x2800;
/** Bits of a braille character by column and row of its dots. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const COLUMNS = DOTS.length;
const ROWS = DOTS[0].length;

/** A line through points, two by four dots to a character, with the greatest and smallest value and the ends of the way at its sides. Points that are no numbers are left out. */
export function braillePlot(points: readonly PlotPoint[], { width, height }: PlotSize): string[] {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)).sort((a, b) => a.x - b.x);
  if (finite.length === 0) return [];
  const [bottom, top] = extent(finite.map(({ y }) => y));
  const [left, right] = extent(finite.map(({ x }) => x));
  const labels = [label(top), label(bottom)];
  const margin = Math.max(...labels.map(({ length }) => length));
  const columns = Math.max(1, width - margin - 2);
  const canvas = new Canvas(columns, height);
  const place = ({ x, y }: PlotPoint) => ({
    x: Math.round(share(x, left, right) * (columns * COLUMNS - 1)),
    y: Math.round((1 - share(y, bottom, top)) * (height * ROWS - 1)),
  });
  finite.map(place).forEach((to, i, all) => canvas.line(all[i - 1] ?? to, to));
  const lines = canvas.lines().map((line, i) => {
    const text = i === 0 ? labels[0] : i === height - 1 ? labels[1] : "";
    return `${(text ?? "").padStart(margin)} ┤${line.trimEnd()}`;
  });
  const ends = [label(left), label(right)];
  const gap = Math.max(1, columns - ends.join("").length);
  return [...lines, `${" ".repeat(margin + 2)}${left === right ? ends[0] : ends.join(" ".repeat(gap))}`];
}

class Canvas {
  readonly #cells: Uint8Array[];

  constructor(columns: number, rows: number) {
    this.#cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  }

  /** Draws between two places, in dots from the upper left corner. */
  line(from: PlotPoint, to: PlotPoint): void {
    const steps = Math.max(1, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    for (let step = 0; step <= steps; step++) {
      const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
      const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
      const row = this.#cells[Math.floor(y / ROWS)];
      const column = Math.floor(x / COLUMNS);
      if (row !== undefined) row[column] = (row[column] ?? 0) | (DOTS[x % COLUMNS]?.[y % ROWS] ?? 0);
    }
  }

  lines(): string[] {
    return this.#cells.map((row) =>
      [...row].map((dots) => (dots === 0 ? " " : String.fromCharCode(BRAILLE + dots))).join(""),
    );
  }
}

function extent(values: readonly number[]): [number, number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return [least, greatest];
}

/** Where a value lies between two, 0 to 1; in the middle when they are equal. */
function share(value: number, least: number, greatest: number): number {
  return least === greatest ? 0.5 : value / (greatest - least) - least / (greatest - least);
}

function label(value: number): string {
  return String(Number(value.toPrecision(4)));
}
