/** Trials whose results were counted, as JSON: all below a number except some. */
export type CountedTrials = { readonly below: number; readonly except: readonly number[] };

export const NONE_COUNTED: CountedTrials = { below: 0, except: [] };

export function isCounted({ below, except }: CountedTrials, id: number): boolean {
  return id < below && !except.includes(id);
}

/** The same with more trials. @param ids not counted yet */
export function withCounted({ below, except }: CountedTrials, ids: readonly number[]): CountedTrials {
  const more = new Set(ids);
  const end = ids.reduce((most, id) => Math.max(most, id + 1), below);
  const open = Array.from({ length: end - below }, (_, i) => below + i);
  return { below: end, except: [...except, ...open].filter((id) => !more.has(id)) };
}
