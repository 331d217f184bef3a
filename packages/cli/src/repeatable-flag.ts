/** Gathers the values of a flag that may be given several times. */
export function repeatable(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value];
}
