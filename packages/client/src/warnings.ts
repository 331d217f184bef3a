/** The texts of a Warning header (RFC 7234 5.5), several of which `fetch` joins by commas. */
export function warningsOf(headers: Headers): string[] {
  const quoted = /\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g;
  return [...(headers.get("warning") ?? "").matchAll(quoted)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1"));
}
