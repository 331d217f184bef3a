/** Kubernetes' alphabet: no vowels and nothing that looks like one, so that no words come out. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const MAX_LENGTH = 63;

/** `prefix` and five random characters, at most 63 in all, as the API server makes names from `generateName`. */
export function generateName(prefix: string, random: () => number): string {
  let suffix = "";
  for (let i = 0; i < SUFFIX_LENGTH; i++) suffix += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return prefix.slice(0, MAX_LENGTH - SUFFIX_LENGTH) + suffix;
}
