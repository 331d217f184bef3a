/** A kubectl, fetched once and kept outside the checkout; undefined, with the reason printed, where it cannot be had. */
export function ensureKubectl(which: "current" | "old"): string | undefined;
