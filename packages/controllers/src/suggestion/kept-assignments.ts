import type { TrialAssignment } from "@qalam/api";

/** Assignments up to here are all kept; beyond, this many of the newest are. */
const KEEP_ALL = 100;
const KEEP_NEWEST = 50;

/**
 * The assignments that stay in a Suggestion's status: those whose trial is not over, and the newest of the others. Trials hold the rest, and
 * `suggestionCount` stays the total; so the cost of a write does not grow with the experiment, and neither does the object (Katib issue #1847).
 */
export function keptAssignments(
  stored: readonly TrialAssignment[],
  isOver: (name: string) => boolean,
): TrialAssignment[] {
  if (stored.length <= KEEP_ALL) return [...stored];
  const newest = stored.length - KEEP_NEWEST;
  return stored.filter(({ name }, i) => i >= newest || !isOver(name));
}
