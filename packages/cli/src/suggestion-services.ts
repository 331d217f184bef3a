import { CommandError } from "./command-error.ts";
import { repeatable } from "./repeatable-flag.ts";

/** Addresses (`host:port`) of search algorithms that run elsewhere, behind Katib's Suggestion service, by algorithm name. */
export type SuggestionServices = ReadonlyMap<string, string>;

/** The flag of `up` and `run`. */
export const SUGGESTION_SERVICE_FLAG = [
  "--suggestion-service <name=host:port>",
  "a search algorithm behind Katib's Suggestion service (repeatable; also in $QALAM_SUGGESTION_SERVICES, separated by commas)",
  repeatable,
] as const;

/** Reads flags and `$QALAM_SUGGESTION_SERVICES`; flags win. @throws CommandError for one that is not written as NAME=HOST:PORT */
export function suggestionServices(flags: readonly string[] = [], env: NodeJS.ProcessEnv): SuggestionServices {
  const given = (env.QALAM_SUGGESTION_SERVICES ?? "").split(",").filter((text) => text.trim() !== "");
  return new Map(
    [...given, ...flags].map((text) => {
      const [, name, address] = /^([\w.-]+)=(\S+:\d{1,5})$/.exec(text.trim()) ?? [];
      if (name === undefined || address === undefined)
        throw new CommandError(
          `suggestion service ${text}: write NAME=HOST:PORT, for example --suggestion-service my-algorithm=localhost:6800`,
        );
      return [name, address];
    }),
  );
}
