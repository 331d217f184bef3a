import { TRIAL } from "@qalam/api";
import { followObservations, rowsThere } from "@qalam/server";
import type { DataDirectory } from "@qalam/store/sqlite";
import type { Home } from "./home.ts";

/** The observations of a data directory in this process. @param isServed whether trials run here, so that new rows may come */
export function localObservations(
  { resources: store, observations }: DataDirectory,
  isServed: boolean,
): Home["observations"] {
  return {
    query: (uid, query) => observations.query(uid, query),
    portions: (uid, query) => observations.portions(uid, query),
    summarize: (uid) => observations.summarize(uid),
    async *follow(key, query, signal) {
      if (isServed)
        for await (const { rows } of followObservations({ store, observations }, key, query, signal)) yield rows;
      else {
        const trial = await store.get(TRIAL, key);
        if (trial !== undefined) yield* rowsThere(observations, trial.metadata.uid ?? "", query);
      }
    },
  };
}
