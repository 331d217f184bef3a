import type { TrialAssignment } from "@qalam/api";

/** Of experiments up to this size all are kept. */
const KEEP_ALL = 100;
/** Beyond, this many of the newest, besides the open ones. */
const KEEP_NEWEST = 10;

/**
 * The assignments that stay in a Suggestion's status: those whose trial is not over, and the newest of the others. Trials hold the rest, and
 * `suggestionCount` stays the total; so the cost of a write does not grow with the experiment, and neither does the object (Katib issue #1847).
 * @param made assignments there have been
 */
export function keptAssignments(
  stored: readonly TrialAssignment[],
  made: number,
  isOver: (name: string) => boolean,
): TrialAssignment[] {
  if (made <= KEEP_ALL) return [...stored];
  const newest = stored.length - KEEP_NEWEST;
  return stored.filter(({ name }, i) => i >= newest || !isOver(name));
}
