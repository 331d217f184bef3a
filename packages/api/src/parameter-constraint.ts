/** A linear inequality between parameters: Σ coefficient · parameter ≤ bound. */
export interface ParameterConstraint {
  readonly coefficients: ReadonlyMap<string, number>;
  readonly bound: number;
}

const term = /\s*([+-]?)\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)\s*(?:\*\s*)?)?([A-Za-z_][\w-]*)?/y;

/**
 * Reads `a + 2*b <= 10`, `lr >= 0.01`, `x - y <= 0` as a linear inequality. A name may hold `-`, so a difference needs blanks around its sign.
 * @returns undefined when it is not one
 */
export function parseConstraint(text: string): ParameterConstraint | undefined {
  const sides = /^(.*?)(<=|>=)(.*)$/.exec(text);
  if (sides === null) return undefined;
  const [, leftText = "", operator, rightText = ""] = sides;
  const left = parseSum(leftText);
  const right = parseSum(rightText);
  if (left === undefined || right === undefined) return undefined;
  const sign = operator === "<=" ? 1 : -1;
  const coefficients = new Map<string, number>();
  const add = (name: string, amount: number) => coefficients.set(name, (coefficients.get(name) ?? 0) + amount);
  for (const [name, amount] of left.names) add(name, sign * amount);
  for (const [name, amount] of right.names) add(name, -sign * amount);
  return coefficients.size === 0 ? undefined : { coefficients, bound: sign * (right.constant - left.constant) };
}

function parseSum(text: string): { names: [string, number][]; constant: number } | undefined {
  const names: [string, number][] = [];
  let constant = 0;
  let position = 0;
  const trimmed = text.trim();
  while (position < trimmed.length) {
    term.lastIndex = position;
    const match = term.exec(trimmed);
    const [whole = "", sign = "", number, name] = match ?? [];
    if (match === null || (number === undefined && name === undefined) || (position > 0 && sign === ""))
      return undefined;
    const amount = (sign === "-" ? -1 : 1) * (number === undefined ? 1 : Number(number));
    if (name === undefined) constant += amount;
    else names.push([name, amount]);
    position += whole.length;
  }
  return trimmed === "" ? undefined : { names, constant };
}
