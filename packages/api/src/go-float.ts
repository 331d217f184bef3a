const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const hexadecimal = /^([+-]?)0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?[pP]([+-]?\d+)$/;
const special: Readonly<Record<string, number>> = {
  inf: Infinity,
  "+inf": Infinity,
  "-inf": -Infinity,
  infinity: Infinity,
  "+infinity": Infinity,
  "-infinity": -Infinity,
  nan: NaN,
};

/** Reads a float as Go's strconv.ParseFloat does (Katib behaviour 3.4): `1e-3`, `NaN`, `Inf`, `0x1p-2`; not `1,5` and not the empty text. */
export function parseGoFloat(text: string): number | undefined {
  if (decimal.test(text)) {
    const number = Number(text);
    return Number.isFinite(number) ? number : undefined; // beyond the range is an error in Go
  }
  const word = special[text.toLowerCase()];
  if (word !== undefined) return word;
  const hex = hexadecimal.exec(text);
  if (hex === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = hex;
  if (whole === "" && fraction === "") return undefined;
  const digits = whole + fraction;
  return (sign === "-" ? -1 : 1) * Number.parseInt(digits, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
}
