import { type Facts, isErrorCode } from './facts.js';
import { type Judgement, judgeRecord } from './judge-record.js';
import { isCarrier } from './log/lead-ins.js';
import type { LogRecord } from './log/log-record.js';
import { readLines } from './log/read-lines.js';
import { readRecords } from './log/read-records.js';
import { sayingOf, simpleName } from './log/saying.js';

/**
 * What the error that the job named itself says. A class that only carries another's failure is opened; one that the log shows
 * with its causes is read there, because a class alone hides what it was raised from. A code, and a message without a class,
 * are words of an engine: what no rule knows of them says nothing.
 */
export function decideError(facts: Facts): Judgement {
  const { errorClass, errorMessage, records } = facts;
  if (errorClass === null || isErrorCode(errorClass)) return decideWords(facts);
  const within = isCarrier(errorClass) ? readRecords(readLines(errorMessage)).flatMap(({ sayings }) => sayings) : [];
  const own = judgeRecord(
    recordOf(facts, [sayingOf(`${errorClass}: ${errorMessage}`, true), sayingOf(errorClass), ...within]),
    facts,
  );
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

function decideWords(facts: Facts): Judgement {
  const words = [facts.errorClass ?? '', facts.errorMessage.trim()].filter((text) => text !== '');
  return words.length === 0
    ? { kind: 'nothing' }
    : judgeRecord(
        recordOf(
          facts,
          words.map((text) => sayingOf(text)),
        ),
        facts,
        true,
      );
}

function recordOf({ errorMessage }: Facts, sayings: LogRecord['sayings']): LogRecord {
  return { rank: 'death', sayings, context: errorMessage.slice(0, 600), raisedInHandler: false };
}
