import type { Facts } from './facts.js';
import { type Judgement, judgeRecord } from './judge-record.js';
import type { LogRecord } from './log/log-record.js';
import { sayingOf } from './log/saying.js';

/** What the platform's own reason says: its statements one by one, then the text as a whole. */
export function decideReason(facts: Facts): Judgement {
  if (facts.reason === '') return { kind: 'nothing' };
  const whole: LogRecord = {
    rank: 'death',
    sayings: [sayingOf(facts.reason.trim())],
    context: facts.reason.slice(0, 600),
    raisedInHandler: false,
  };
  const judged = [whole, ...facts.reasonRecords].map((record) => judgeRecord(record, facts, true));
  return (
    judged.find(({ kind }) => kind === 'cause') ?? judged.find(({ kind }) => kind !== 'nothing') ?? { kind: 'nothing' }
  );
}
