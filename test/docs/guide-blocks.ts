import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../e2e/qalam-command.ts";

/** The user's guide, which lies beside the checkout where it is developed. */
export const guide = join(root, "../shared/seed/guide.md");

/** The code blocks of the guide, by language, as printed. */
export function blocks(language: string): string[] {
  return [...readFileSync(guide, "utf8").matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, text = ""]) => text,
  );
}
