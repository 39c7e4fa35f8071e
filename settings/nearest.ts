import { distance } from 'fastest-levenshtein';

/** A typo changes at most this share of a word; further away it is another word, and guessing it would mislead. */
const LARGEST_SHARE_CHANGED = 0.4;

/**
 * The known name that a person most likely meant.
 * @returns undefined when none is near; the first of equally near ones otherwise
 */
export function findNearest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let best: { name: string; changes: number } | undefined;
  for (const name of known) {
    const changes = distance(wanted, name.toLowerCase());
    if (changes < (best?.changes ?? Infinity)) best = { name, changes };
  }
  if (best === undefined) return undefined;
  if (sameLetters(wanted, best.name)) return best.name;
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, best.name.length) * LARGEST_SHARE_CHANGED));
  return best.changes <= allowed ? best.name : undefined;
}

/** Swapped letters count as two changes each, but nobody means another word. */
function sameLetters(one: string, other: string): boolean {
  const sorted = (word: string) => Array.from(word.toLowerCase()).sort().join('');
  return sorted(one) === sorted(other);
}
