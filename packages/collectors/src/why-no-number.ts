import { type Metric, metricValue, parseGoFloat, type StrategyValue } from "@qalam/api";

/**
 * Why a metric that was reported has no number: what was found, and what to write instead. Undefined when it has one (`nan` is one).
 * @param strategy which of its values counts
 */
export function explainNoNumber(metric: Metric, strategy: StrategyValue = "latest"): string | undefined {
  const text = metricValue(metric, strategy);
  if (parseGoFloat(text) !== undefined) return undefined;
  const { name, min } = metric;
  const what = strategy === "latest" && parseGoFloat(min ?? "") !== undefined ? "latest value" : "value";
  const others =
    what === "value"
      ? ""
      : `; its strategy is latest, so the last one counts: report a number last, or take min or max`;
  return `the ${what} of "${name}" is ${JSON.stringify(text)}, which is no number: ${advice(name, text)}${others}`;
}

function advice(name: string, text: string): string {
  if (text.trim() === "") return `write one, such as ${name}=0.5, or nan`;
  const number = withPoint(text);
  if (number !== undefined) return `write numbers with a point and nothing between digits, ${name}=${number}`;
  const first = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?)/.exec(text)?.[1];
  if (first !== undefined) return `write the number alone, ${name}=${first}`;
  return `write one, such as ${name}=0.5, or nan when there is none`;
}

/** `1,5`, `1.234,5`, `1,234.5` and `1 234` as they are meant; undefined when the text is something else. */
function withPoint(text: string): string | undefined {
  const match = /^\s*([+-]?)(\d[\d.,'_ ]*)((?:[Ee][+-]?\d+)?)\s*$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", digits = "", exponent = ""] = match;
  const last = Math.max(digits.lastIndexOf(","), digits.lastIndexOf("."));
  // A mark that comes twice separates thousands.
  const isThousands = last === -1 || digits.indexOf(digits[last] as string) !== last;
  const whole = (isThousands ? digits : digits.slice(0, last)).replace(/\D/g, "");
  return `${sign}${whole}${isThousands ? "" : `.${digits.slice(last + 1).replace(/\D/g, "")}`}${exponent}`;
}
