/**
 * Why the local platform itself ended a job or could not start it. Evidence carries it as `reason`, in the form `<code>: <sentence>`;
 * rules match the code, people read the sentence. A job's own kind in `_error.json` comes in the same form.
 */
export type LocalReason =
  /** The disk has less room than the job asked for; it was not started. */
  | 'disk-full'
  /** The processes' memory passed the limit where the kernel does not enforce it; they were killed. */
  | 'memory-limit'
  /** The program could not be started. */
  | 'launch-failed'
  /** The supervisor met an error of its own. */
  | 'supervisor-failed';

/** Writes a reason in the form that rules read. */
export function localReason(code: LocalReason, sentence: string): string {
  return `${code}: ${sentence}`;
}
