import type { JobError } from '../contracts/job.js';

/** The job's own word on what kind of failure it was, and of which memory, as a reason code that rules know; null when it has none. */
export function reasonOf(account: JobError | undefined): string | null {
  if (!account?.kind) return null;
  const memory = account.region ? `, of its ${account.region}` : '';
  return `${account.kind}: said by the job itself${memory}`;
}
