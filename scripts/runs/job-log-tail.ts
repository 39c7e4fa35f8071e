import { JobFolder } from '../../platforms/local/job-folder.js';
import { stateDir } from '../../settings/home.js';
import type { FailureDocument } from '../describe-error.js';

/** As much of a log as fits under an error without hiding it. */
const TAIL_BYTES = 4_000;
const TAIL_LINES = 8;

/** The last lines that the failed job of this machine printed; empty when the failure names none. */
export function jobLogTail({ jobKey }: FailureDocument): readonly string[] {
  if (typeof jobKey !== 'string') return [];
  const text = JobFolder.of(stateDir(), jobKey).logTail(TAIL_BYTES).trimEnd();
  return text === '' ? [] : text.split('\n').slice(-TAIL_LINES);
}
