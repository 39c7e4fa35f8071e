import { describe, expect, test } from '@jest/globals';
import { type CorpusCase, loadOomCorpus } from '../test/fixtures/oom-corpus.js';
import type { Evidence } from '../contracts/evidence.js';
import type { Verdict } from '../contracts/verdict.js';
import { classify } from './classify.js';

type Logged = CorpusCase & { readonly evidence: { readonly logTail: string } };

const logged = loadOomCorpus().filter((one): one is Logged => Boolean(one.evidence.logTail));
const escalates = ({ kind, certainty }: Verdict): boolean => kind === 'out-of-memory' && certainty !== 'ambiguous';
/** What a remedy is chosen by. */
const decided = (evidence: Evidence) => {
  const verdict = classify(evidence);
  return escalates(verdict) ? verdict.region : 'not memory';
};
const plainly = new Map(logged.map(({ name, evidence }) => [name, decided(evidence)]));
const eachLine = (change: (line: string) => string) => (log: string) =>
  log
    .split('\n')
    .map((line, index, lines) => (line === '' && index === lines.length - 1 ? '' : change(line)))
    .join('\n');

/** How the same log arrives from elsewhere. */
const TRANSPORTS: readonly (readonly [string, (log: string) => string])[] = [
  ['CloudWatch', eachLine((line) => `2026-03-02T10:11:12.123Z\t${line}`)],
  ['containerd', eachLine((line) => `2026-03-02T10:11:12.123456789Z stderr F ${line}`)],
  [
    'Docker',
    eachLine((line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-03-02T10:11:12.1Z' })),
  ],
  ['docker compose', eachLine((line) => `trainer-1  | ${line}`)],
  ['kubectl logs', eachLine((line) => `[pod/train-x2z/main] 2026-03-02T10:11:12.123456789Z ${line}`)],
  ['GitHub Actions', eachLine((line) => `2026-03-02T10:11:12.1234567Z ${line}`)],
  ['journald', eachLine((line) => `Mar 02 10:11:12 node12 python[4242]: ${line}`)],
  ['Windows', (log) => log.replaceAll('\n', '\r\n')],
  ['a terminal in colour', eachLine((line) => `\u001b[31m${line}\u001b[0m`)],
];

/** Ends that have nothing to do with memory. */
const OTHER_ENDS: readonly (readonly [string, string])[] = [
  [
    'a KeyError',
    'Traceback (most recent call last):\n  File "/app/job.py", line 41, in <module>\n    total = frame["user_id"]\nKeyError: \'user_id\'\n',
  ],
  [
    'an IllegalStateException',
    'Exception in thread "main" java.lang.IllegalStateException: Timer already cancelled.\n\tat java.base/java.util.Timer.sched(Timer.java:398)\n',
  ],
];

/** What a program shows that only deals with such logs. */
const AS_DATA: readonly (readonly [string, (log: string) => string])[] = [
  ['rows', eachLine((line) => `row 12: message=${line}`)],
  ['records in JSON', eachLine((line) => JSON.stringify({ id: 12, comment: line }))],
  ['the hits of a search', eachLine((line) => `logs/app.log:12: ${line}`)],
  ['quotations', eachLine((line) => `> ${line}`)],
  ['a list', eachLine((line) => `- ${line}`)],
  ['remarks', eachLine((line) => `# ${line}`)],
];

describe('the same words', () => {
  test.each(TRANSPORTS)('are judged the same when they come through %s', (_, carry) => {
    const differing = logged
      .map(({ name, evidence }) => ({
        name,
        plain: plainly.get(name),
        carried: decided({ ...evidence, logTail: carry(evidence.logTail) }),
      }))
      .filter(({ plain, carried }) => plain !== carried);
    expect(differing).toEqual([]);
  });

  test.each(OTHER_ENDS)('are no cause when the program went on after them and ended with %s', (_, end) => {
    const taken = logged
      .filter(({ expect: { kind } }) => kind === 'out-of-memory')
      .filter(({ evidence: { engine, logTail } }) => {
        const log = `${logTail.replace(/\n?$/, '\n')}retrying with fewer workers\n${end}`;
        return escalates(classify({ engine, exit: { code: 1 }, logTail: log }));
      })
      .map(({ name }) => name);
    expect(taken).toEqual([]);
  });

  test.each(AS_DATA)('are no cause when the program shows them as %s and ends otherwise', (_, show) => {
    const taken = logged
      .filter(({ evidence: { engine, logTail } }) =>
        OTHER_ENDS.some(([, end]) =>
          escalates(classify({ engine, exit: { code: 1 }, logTail: `${show(logTail.replace(/\n?$/, ''))}\n${end}` })),
        ),
      )
      .map(({ name }) => name);
    expect(taken).toEqual([]);
  });

  test.each([
    ['the reason of Ray’s Jobs API', (words: string) => ({ reason: words })],
    ['a message without a class', (words: string) => ({ errorMessage: words })],
    [
      'a message under a code',
      (words: string) => ({ errorClass: 'JOB_ENTRYPOINT_COMMAND_ERROR', errorMessage: words }),
    ],
  ] as const)('are judged as a log when they are quoted in %s', (_, quotedIn) => {
    const short = logged.filter(
      ({ evidence }) =>
        !evidence.reason && !evidence.errorClass && !evidence.stopRequested && evidence.exit?.code !== 0,
    );
    const differing = short
      .map(({ name, evidence }) => {
        const head =
          'Job entrypoint command failed with exit code 1, last available logs (truncated to 20,000 chars):\n';
        const quoted = { ...evidence, ...quotedIn(head + evidence.logTail), logTail: null };
        return { name, plain: decided(evidence), quoted: decided(quoted) };
      })
      .filter(({ plain, quoted }) => plain !== quoted);
    expect(differing).toEqual([]);
  });

  test('are no cause when the program survived them and its whole log is the message', () => {
    const taken = logged
      .filter(({ evidence, expect: { kind } }) => kind !== 'out-of-memory' && evidence.exit?.code !== 0)
      .filter(({ evidence }) => !evidence.reason && !evidence.errorClass && !evidence.stopRequested)
      .filter(({ evidence }) => escalates(classify({ ...evidence, errorMessage: evidence.logTail, logTail: null })))
      .map(({ name }) => name);
    expect(taken).toEqual([]);
  });

  test('are no cause when only the end of their line is left of a longer log', () => {
    const progress = 'Epoch 1: step 41 of 220, loss 0.81\n'.repeat(600);
    const rests = ['haps out of memory?', 'u see CUDA out of memory, reduce the batch size.', 'tempt 1: OOMKilled'];
    const verdicts = rests.map((rest) =>
      classify({ engine: 'python', exit: { code: 1 }, logTail: `${rest}\n${progress}` }),
    );
    expect(verdicts.filter(escalates)).toEqual([]);
  });
});
