import { TRIAL } from "@qalam/api";
import { followObservations } from "@qalam/server";
import type { DataDirectory } from "@qalam/store/sqlite";
import type { Home } from "./home.ts";

/** The observations of a data directory in this process. @param isServed whether trials run here, so that new rows may come */
export function localObservations(
  { resources: store, observations }: DataDirectory,
  isServed: boolean,
): Home["observations"] {
  return {
    query: (uid, query) => observations.query(uid, query),
    summarize: (uid) => observations.summarize(uid),
    async *follow(key, query, signal) {
      if (isServed) return yield* followObservations({ store, observations }, key, query, signal);
      const trial = await store.get(TRIAL, key);
      if (trial !== undefined) yield await observations.query(trial.metadata.uid ?? "", query);
    },
  };
}
