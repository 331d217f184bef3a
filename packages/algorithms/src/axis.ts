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
  if ("values" in parameter) return listAxis(parameter.values);
  const step = parameter.type === "int" ? (parameter.step ?? 1) : parameter.step;
  const whole = parameter.type === "int";
  return step === undefined
    ? continuousAxis(parameter.min, parameter.max, parameter.distribution)
    : steppedAxis(parameter.min, parameter.max, step, parameter.distribution, whole);
}

function listAxis(values: readonly string[]): Axis {
  const count = values.length;
  return {
    count,
    decode: (unit) => cell(unit, count),
    encode: (value) => (value + 0.5) / count,
    at: (index) => index,
    format: (value) => values[value] ?? "",
    parse: (text) => found(values.indexOf(text)),
  };
}

function continuousAxis(min: number, max: number, distribution: Distribution): Axis {
  const scale = scaleOf(distribution, min, max, min, max);
  return {
    count: min === max ? 1 : Number.POSITIVE_INFINITY,
    decode: (unit) => clamp(scale.quantile(unit), min, max),
    encode: (value) => (min === max ? 0.5 : clamp(scale.cdf(value), 0, 1)),
    at: () => min,
    format: pythonFloat,
    parse: (text) => within(text, min, max),
  };
}

function steppedAxis(min: number, max: number, step: number, distribution: Distribution, whole: boolean): Axis {
  const count = Math.floor((max - min) / step + 1e-9) + 1;
  const places = Math.min(100, Math.max(decimalPlaces(min), decimalPlaces(step)));
  const last = min + (count - 1) * step;
  const at = (index: number) => (index === 0 ? min : Number((min + index * step).toFixed(places)));
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
    format: whole ? String : pythonFloat,
    parse: (text) => {
      const value = within(text, min, last + step * 1e-9);
      return value !== undefined && Math.abs(at(indexOf(value)) - value) <= step * 1e-6
        ? at(indexOf(value))
        : undefined;
    },
  };
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
