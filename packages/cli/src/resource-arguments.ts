import { didYouMean, KINDS, type ResourceKind } from "@qalam/api";
import { CommandError } from "./command-error.ts";

/** A kind, and a name when one object is meant. */
export interface ResourceArgument {
  readonly kind: ResourceKind;
  readonly name: string | undefined;
}

/** Reads `experiment NAME`, `experiments`, `po/NAME`, `experiments,trials` and `all` as kubectl does. @throws CommandError naming the kinds there are */
export function resourceArguments(words: readonly string[]): ResourceArgument[] {
  const [first, ...names] = words;
  if (first === undefined) throw new CommandError("name a kind, for example: experiments");
  if (words.every((word) => word.includes("/"))) return words.map(slashArgument);
  const kinds = first.split(",").flatMap(findKinds);
  return names.length === 0
    ? kinds.map((kind) => ({ kind, name: undefined }))
    : kinds.flatMap((kind) => names.map((name) => ({ kind, name })));
}

/** The kinds of a category such as `all`, else one. */
function findKinds(word: string): readonly ResourceKind[] {
  const category = KINDS.filter(({ categories }) => categories.includes(word.toLowerCase()));
  return category.length > 0 ? category : [findKind(word)];
}

/** Kind by singular, plural, short or Kind name, in any case, with or without the group. */
export function lookUpKind(word: string): ResourceKind | undefined {
  const wanted = word.toLowerCase().split(".")[0] ?? "";
  return KINDS.find(({ kind, plural, singular, shortNames }) =>
    [kind.toLowerCase(), plural, singular, ...shortNames].includes(wanted),
  );
}

function findKind(word: string): ResourceKind {
  const found = lookUpKind(word);
  if (found !== undefined) return found;
  const plurals = KINDS.map(({ plural }) => plural);
  const near = didYouMean(word.split(".")[0] ?? "", plurals);
  throw new CommandError(
    `unknown kind "${word}"; ${near === undefined ? "" : `${near} `}there are ${plurals.join(", ")}`,
  );
}

function slashArgument(word: string): ResourceArgument {
  const [kind = "", name = ""] = word.split("/", 2);
  if (name === "") throw new CommandError(`"${word}" names no object; write ${kind}/NAME`);
  return { kind: findKind(kind), name };
}
