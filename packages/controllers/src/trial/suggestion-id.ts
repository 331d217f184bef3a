import { SUGGESTION_ID_ANNOTATION, type Trial } from "@qalam/api";

/** Number of the suggestion a trial was made from: the order of creation within an experiment. */
export function suggestionIdOf({ metadata }: Trial): number | undefined {
  const id = metadata.annotations?.[SUGGESTION_ID_ANNOTATION];
  return id === undefined ? undefined : Number(id);
}
