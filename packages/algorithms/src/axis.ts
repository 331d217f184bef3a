import { normalCdf, normalQuantile } from "@qalam/numeric";
import { decimalPlaces, pythonFloat } from "./format-number.ts";
import type { Distribution, Parameter } from "./parameter.ts";

/** One parameter's mapping between its values and [0, 1]. Values of list parameters are indexes. */
export interface Axis {
  /** Number of values, Infinity when continuous. */
  readonly count: number;
  decode(unit: number): number;
  /** The middle of the value's cell. */
  encode(value: number): number;
  /** The i-th value in ascending order, of a finite axis. */
  at(index: number): number;
  format(value: number): string;
  /** undefined when the text is not one of the axis' values. */
  parse(text: string): number | undefined;
}

/** The axis of a parameter. */
export function axisOf(parameter: Parameter): Axis {
  if ("values" in parameter) return listAxis(parameter.values, parameter.type === "discrete");
  const step = parameter.type === "int" ? (parameter.step ?? 1) : parameter.step;
  const whole = parameter.type === "int";
  const { min, max, distribution } = parameter;
  const format = whole ? String : pythonFloat;
  const count = step === undefined ? Number.POSITIVE_INFINITY : stepCount(min, max, step);
  if (min === max || count === 1) return pointAxis(min, format);
  return step === undefined || count === Number.POSITIVE_INFINITY
    ? continuousAxis(min, max, distribution, whole)
    : steppedAxis(min, max, step, count, distribution, format);
}

/** @param isOrdered the values are numbers: their cells stand in ascending order, whatever the order of the list */
function listAxis(values: readonly string[], isOrdered: boolean): Axis {
  const count = values.length;
  const order = Array.from(values, (_, i) => i);
  if (isOrdered) order.sort((a, b) => Number(values[a]) - Number(values[b]));
  const rank = new Array<number>(count);
  order.forEach((index, position) => {
    rank[index] = position;
  });
  return {
    count,
    decode: (unit) => order[cell(unit, count)] as number,
    encode: (value) => ((rank[value] as number) + 0.5) / count,
    at: (position) => order[position] as number,
    format: (value) => values[value] ?? "",
    parse: (text) => found(values.indexOf(text)),
  };
}

/** @param whole values are whole numbers, too many of them to count */
function continuousAxis(min: number, max: number, distribution: Distribution, whole: boolean): Axis {
  const scale = scaleOf(distribution, min, max, min, max);
  const tidy = whole ? Math.round : (value: number) => value;
  return {
    count: Number.POSITIVE_INFINITY,
    decode: (unit) => (unit <= 0 ? min : unit >= 1 ? max : tidy(clamp(scale.quantile(unit), min, max))),
    encode: (value) => clamp(scale.cdf(value), 0, 1),
    at: () => min,
    format: whole ? String : pythonFloat,
    parse: (text) => within(text, min, max),
  };
}

/** A range that holds one value. */
function pointAxis(value: number, format: (value: number) => string): Axis {
  return {
    count: 1,
    decode: () => value,
    encode: () => 0.5,
    at: () => value,
    format,
    parse: (text) => within(text, value, value),
  };
}

function steppedAxis(
  min: number,
  max: number,
  step: number,
  count: number,
  distribution: Distribution,
  format: (value: number) => string,
): Axis {
  const places = Math.max(decimalPlaces(min), decimalPlaces(step));
  // Decimals as the user wrote them: 0.3 and not 0.30000000000000004.
  const tidy = (value: number) => (places <= 100 ? Number(value.toFixed(places)) : value);
  const last = min + (count - 1) * step;
  const at = (index: number) => (index === 0 ? min : Math.min(max, tidy(min + index * step)));
  const low = distribution.startsWith("log") && min - step / 2 <= 0 ? min / 2 : min - step / 2;
  const scale = distribution === "uniform" ? undefined : scaleOf(distribution, low, last + step / 2, min, max);
  const indexOf = (value: number) => clamp(Math.round((value - min) / step), 0, count - 1);
  return {
    count,
    decode: (unit) => at(scale === undefined ? cell(unit, count) : indexOf(scale.quantile(unit))),
    encode: (value) =>
      scale === undefined
        ? (indexOf(value) + 0.5) / count
        : clamp((scale.cdf(value - step / 2) + scale.cdf(value + step / 2)) / 2, 0, 1),
    at,
    format,
    parse: (text) => {
      const value = within(text, min, last + step * 1e-9);
      return value !== undefined && Math.abs(at(indexOf(value)) - value) <= step * 1e-6
        ? at(indexOf(value))
        : undefined;
    },
  };
}

/** Number of values min, min + step … up to max, counted on the decimals as written: 0 … 0.3 in steps of 0.1 are four. */
function stepCount(min: number, max: number, step: number): number {
  const ratio = (max - min) / step;
  if (!(ratio < Number.MAX_SAFE_INTEGER)) return Number.POSITIVE_INFINITY;
  const nearest = Math.round(ratio);
  // Bounds and step are decimals that were rounded to floats: a quotient this close to a whole number stands for it.
  const slack = 4 * Number.EPSILON * (Math.abs(min) + Math.abs(max) + step * nearest);
  return (Math.abs(nearest * step - (max - min)) <= slack ? nearest : Math.floor(ratio)) + 1;
}

interface Scale {
  cdf(value: number): number;
  quantile(unit: number): number;
}

/** The prior truncated to [low, high]; centre and spread of the normal ones come from [min, max] (Katib behaviour 6.4: six sigma wide). */
function scaleOf(distribution: Distribution, low: number, high: number, min: number, max: number): Scale {
  if (distribution === "logUniform" || distribution === "logNormal") {
    const inner = scaleOf(
      distribution === "logUniform" ? "uniform" : "normal",
      Math.log(low),
      Math.log(high),
      Math.log(min),
      Math.log(max),
    );
    return {
      cdf: (value) => inner.cdf(Math.log(Math.max(value, low))),
      quantile: (unit) => Math.exp(inner.quantile(unit)),
    };
  }
  // Halves avoid an infinite range when the bounds span most of what floats can hold.
  if (distribution === "uniform")
    return {
      cdf: (value) => (value / 2 - low / 2) / (high / 2 - low / 2),
      quantile: (unit) => low * (1 - unit) + high * unit,
    };
  const mean = min / 2 + max / 2;
  const deviation = (max - min) / 6 || 1;
  const below = normalCdf((low - mean) / deviation);
  const mass = normalCdf((high - mean) / deviation) - below;
  return {
    cdf: (value) => (normalCdf((value - mean) / deviation) - below) / mass,
    quantile: (unit) => mean + deviation * normalQuantile(below + unit * mass),
  };
}

function cell(unit: number, count: number): number {
  return clamp(Math.floor(unit * count), 0, count - 1);
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

function within(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return text.trim() !== "" && value >= min && value <= max ? value : undefined;
}

function found(index: number): number | undefined {
  return index < 0 ? undefined : index;
}
