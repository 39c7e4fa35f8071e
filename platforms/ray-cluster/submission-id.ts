import { createHash } from 'node:crypto';

/** Longest part of a stage's name that people find again in Ray's dashboard. */
const READABLE = 36;

/**
 * What a job is called on the cluster: the same for the same key, everywhere and for ever, so that asking twice gives one job.
 * A job key is anybody's text and long; Ray puts the id into URLs and names of files.
 */
export function submissionIdOf(jobKey: string): string {
  const readable = (jobKey.split('/').at(-1) ?? '').replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, READABLE);
  return `tempered-${readable}-${createHash('sha256').update(jobKey).digest('hex').slice(0, 16)}`;
}
