/** Reads a response of JSON lines as they come. */
export async function* jsonLines<T>(response: Response): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = "";
  if (response.body === null) return;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line) as T;
  }
}
