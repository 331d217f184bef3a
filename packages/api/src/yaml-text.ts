import { stringify } from "yaml";

/**
 * A value as YAML that every reader takes for the same: texts that YAML 1.1 reads as something else (`yes`, `014`, times) are quoted, as kubectl does, and no line
 * is folded. Ends without a line break.
 */
export function yamlText(value: unknown): string {
  return stringify(value, { version: "1.1", lineWidth: 0 }).trimEnd();
}
