import { createHash } from 'node:crypto';

/** A service's limit on names of jobs, SageMaker's being the shortest. */
const LONGEST_NAME = 63;

/** So many hexadecimal digits make two keys with one name as likely as two equal 64-bit numbers. */
const HASH_DIGITS = 16;

/**
 * The name of a job at a service: `tempered-<stage>-<16 hexadecimal digits of the job key>`. One key has one name everywhere and for ever;
 * where a service has no client token, the name is what a job is found by.
 */
export function jobName(stage: string, jobKey: string): string {
  const end = `-${hashOf(jobKey).slice(0, HASH_DIGITS)}`;
  const start = `tempered-${stage.replaceAll(/[^A-Za-z0-9]+/g, '-')}`;
  return `${start.slice(0, LONGEST_NAME - end.length).replace(/-+$/, '')}${end}`;
}

/** The client token of a job: 64 hexadecimal digits, the longest that all services take. */
export function clientToken(jobKey: string): string {
  return hashOf(jobKey);
}

function hashOf(jobKey: string): string {
  return createHash('sha256').update(jobKey).digest('hex');
}
