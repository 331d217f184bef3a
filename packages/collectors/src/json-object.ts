/** A string, ended or not, or a number that JSON has not but Python's and others' writers write. */
const STRING_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"?|-?\b(?:NaN|Infinity)\b/gs;

/** The object that a line holds; `NaN` and `Infinity`, which Python's json.dumps writes bare, become texts. Undefined when it holds none. */
export function parseJsonObject(line: string): Record<string, unknown> | undefined {
  if (!line.trimStart().startsWith("{")) return undefined;
  return parsed(line) ?? (/NaN|Infinity/.test(line) ? parsed(withTexts(line)) : undefined);
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined; // half-written or foreign: shown in the diagnosis
  }
}

function withTexts(line: string): string {
  return line.replace(STRING_OR_NO_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`));
}
