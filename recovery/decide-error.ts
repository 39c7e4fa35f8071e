import type { Facts } from './facts.js';
import { type Judgement, judgeRecord } from './judge-record.js';
import { isCarrier } from './log/lead-ins.js';
import type { LogRecord } from './log/log-record.js';
import { readLines } from './log/read-lines.js';
import { readRecords } from './log/read-records.js';
import { sayingOf, simpleName } from './log/saying.js';

/**
 * What the error that the job named itself says. A class that only carries another's failure is opened; one that the log shows
 * with its causes is read there, because a class alone hides what it was raised from.
 */
export function decideError(facts: Facts): Judgement {
  const { errorClass, errorMessage, records } = facts;
  if (errorClass === null) return { kind: 'nothing' };
  const within = isCarrier(errorClass) ? readRecords(readLines(errorMessage)).flatMap(({ sayings }) => sayings) : [];
  const record: LogRecord = {
    rank: 'death',
    sayings: [sayingOf(`${errorClass}: ${errorMessage}`, true), ...within],
    context: errorMessage.slice(0, 600),
    raisedInHandler: false,
  };
  const own = judgeRecord(record, facts);
  if (own.kind === 'cause') return own;
  const name = simpleName(errorClass);
  const shown = records.findLast(
    ({ rank, sayings }) =>
      rank !== 'hint' && sayings.some(({ className }) => className !== null && simpleName(className) === name),
  );
  const inLog = shown ? judgeRecord(shown, facts) : own;
  return inLog.kind === 'cause'
    ? inLog
    : own.kind === 'nothing'
      ? { kind: 'own', rank: 'death', quote: `${errorClass}: ${errorMessage}` }
      : own;
}
