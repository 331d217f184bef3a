import type { Condition } from "./resources/common.ts";

/** What a controller says of one condition. */
export interface ConditionChange {
  readonly type: string;
  readonly status: Condition["status"];
  readonly reason: string;
  readonly message: string;
}

/**
 * Sets one condition by the rules of Katib behaviour 3.1: the same status and reason change nothing, a changed condition moves to the end of the list (the
 * last element is what kubectl shows), and lastTransitionTime is kept when the status is the same.
 * @param now RFC 3339
 * @returns the same list when nothing changed, else a new one
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  change: ConditionChange,
  now: string,
): Condition[] {
  const list = (conditions ?? []) as Condition[];
  const found = list.find(({ type }) => type === change.type);
  if (found !== undefined && found.status === change.status && found.reason === change.reason) return list;
  const lastTransitionTime = found?.status === change.status ? (found.lastTransitionTime ?? now) : now;
  return [...list.filter((condition) => condition !== found), { ...change, lastUpdateTime: now, lastTransitionTime }];
}

/** Removes conditions by type. */
export function dropConditions(conditions: readonly Condition[] | undefined, ...types: string[]): Condition[] {
  return (conditions ?? []).filter(({ type }) => !types.includes(type));
}

/** A state holds when a condition of its type has status True. */
export function hasCondition(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}

/** The condition that changed last: what kubectl and the UI show. */
export function latestCondition(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.at(-1);
}
