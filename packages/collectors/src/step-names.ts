/** Names that give values their step; the first that is there wins. */
export const STEP_NAMES = ["global_step", "epoch", "step", "iteration"] as const;
