/** As much of a log as fits under an error without hiding it. */
const MOST_LINES = 8;
const MOST_CHARACTERS = 4_000;

/** The last lines of what a job printed, for people; none when it printed nothing, or nothing is known of it. */
export function lastLines(log: string | null | undefined): readonly string[] {
  const end = (log ?? '').slice(-MOST_CHARACTERS).trimEnd();
  return end === '' ? [] : end.split('\n').slice(-MOST_LINES);
}
