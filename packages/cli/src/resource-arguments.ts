import { KINDS, type ResourceKind } from "@qalam/api";
import { CommandError } from "./command-error.ts";

/** A kind, and a name when one object is meant. */
export interface ResourceArgument {
  readonly kind: ResourceKind;
  readonly name: string | undefined;
}

/** Reads `experiment NAME`, `experiments`, `po/NAME` as kubectl does. @throws CommandError naming the kinds there are */
export function resourceArguments(words: readonly string[]): ResourceArgument[] {
  const [first, ...names] = words;
  if (first === undefined) throw new CommandError("name a kind, for example: experiments");
  if (words.every((word) => word.includes("/"))) return words.map(slashArgument);
  const kind = findKind(first);
  return names.length === 0 ? [{ kind, name: undefined }] : names.map((name) => ({ kind, name }));
}

/** Kind by singular, plural, short or Kind name, in any case, with or without the group. */
function findKind(word: string): ResourceKind {
  const wanted = word.toLowerCase().split(".")[0] ?? "";
  const found = KINDS.find(({ kind, plural, singular, shortNames }) =>
    [kind.toLowerCase(), plural, singular, ...shortNames].includes(wanted),
  );
  if (found === undefined)
    throw new CommandError(`unknown kind "${word}"; there are ${KINDS.map(({ plural }) => plural).join(", ")}`);
  return found;
}

function slashArgument(word: string): ResourceArgument {
  const [kind = "", name = ""] = word.split("/", 2);
  if (name === "") throw new CommandError(`"${word}" names no object; write ${kind}/NAME`);
  return { kind: findKind(kind), name };
}
