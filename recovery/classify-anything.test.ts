import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Evidence, EvidenceEngine } from '../contracts/evidence.js';
import { loadOomCorpus } from '../test/fixtures/oom-corpus.js';
import { classify } from './classify.js';

const MOST_MS = 200;

/** Pieces of real logs, so that random evidence reaches the rules. */
const FRAGMENTS = [
  'Traceback (most recent call last):\n',
  '  File "/app/a.py", line 3, in f\n',
  'java.lang.OutOfMemoryError: Java heap space\n',
  '\tat app.Main.main(Main.java:3)\n',
  'Caused by: java.io.IOException: ',
  'The above exception was the direct cause of the following exception:\n',
  'During handling of the above exception, another exception occurred:\n',
  '26/03/14 02:11:40 ERROR Executor: ',
  '{"level":"ERROR","message":"',
  'MemoryError',
  '-XX:OnOutOfMemoryError="',
  '((((((((',
  '[[[[[[[[',
  "''''''''",
  '""""""',
  ': : : : : ',
  'a.a.a.a.a.',
  '        ',
  '\u0000\u001b[31m',
  '\r',
];

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join('')),
);
const absurd = fc.oneof(
  anyText,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.array(fc.integer()),
  fc.object({ maxDepth: 1 }),
);

/** Milliseconds of this process's own work, the least of three runs: what else keeps the machine busy is not measured. */
function quickly(evidence: Evidence): number {
  const runs = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    classify(evidence);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...runs);
}

// Warm, so that the compiler's first look at the code is not what is measured.
for (const { evidence } of loadOomCorpus()) classify(evidence);

describe('any evidence at all', () => {
  test('has a verdict, whatever its fields hold', () => {
    const anyEvidence = fc.record(
      {
        engine: fc.constantFrom(...EvidenceEngine.options),
        exit: fc.oneof(absurd, fc.record({ code: absurd, signal: absurd })),
        reason: absurd,
        errorClass: absurd,
        errorMessage: absurd,
        logTail: absurd,
        kernel: fc.oneof(absurd, fc.record({ oomKillDelta: absurd })),
        memory: fc.oneof(absurd, fc.record({ limitBytes: absurd, peakBytes: absurd })),
        stopRequested: fc.constantFrom('cancel', 'timeout', 'shutdown', null, undefined),
      },
      { requiredKeys: ['engine'] },
    );
    fc.assert(
      fc.property(anyEvidence, (evidence) => {
        const untyped = evidence as Evidence; // what another program wrote has no type
        expect(classify(untyped)).toMatchObject({
          kind: expect.any(String) as unknown,
          certainty: expect.any(String) as unknown,
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    { given: '100 MB without a line end', log: 'a'.repeat(100_000_000) },
    { given: '100 MB of short lines', log: 'x\n'.repeat(50_000_000) },
    { given: 'open brackets', log: '('.repeat(1_000_000) },
    { given: 'lines of open brackets', log: `${'('.repeat(4_000)}\n`.repeat(100) },
    { given: 'dots and names', log: `${'a.'.repeat(2_000)}\n`.repeat(100) },
    { given: 'colons', log: `${'error: '.repeat(600)}\n`.repeat(100) },
    { given: 'quotes', log: `${`'"`.repeat(2_000)}\n`.repeat(100) },
    { given: 'an endless message', log: `java.lang.OutOfMemoryError: ${'Unable to '.repeat(400)}\n`.repeat(80) },
    { given: 'digits and commas', log: `${'1,2 '.repeat(1_000)}\n`.repeat(100) },
    { given: 'words about memory', log: `${'memory killed exit failed to allocate '.repeat(100)}\n`.repeat(80) },
    {
      given: 'tracebacks',
      log: 'Traceback (most recent call last):\n  File "a.py", line 1\nMemoryErro: x\n'.repeat(4_000),
    },
    { given: 'spaces', log: `${' '.repeat(4_000)}\n`.repeat(100) },
    { given: 'half a character pair', log: '\ud800'.repeat(300_000) },
    { given: 'JSON that is not closed', log: `{"message":"${'['.repeat(60_000)}\n`.repeat(5) },
  ])('$given is judged in time', ({ log }) => {
    for (const engine of ['spark', 'python'] as const) {
      const ms = quickly({
        engine,
        exit: { code: 1 },
        logTail: log,
        reason: log.slice(0, 50_000),
        errorMessage: log,
        errorClass: log.slice(0, 400),
      });
      expect(ms).toBeLessThan(MOST_MS);
    }
  });

  test('random text takes no longer', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 40 }), (parts) => {
        expect(quickly({ engine: 'spark', exit: { code: 1 }, logTail: parts.join('\n') })).toBeLessThan(MOST_MS);
      }),
      { numRuns: 500 },
    );
  });

  test('words of memory inside rows of data never make it memory', () => {
    const words = fc.constantFrom(
      'java.lang.OutOfMemoryError: Java heap space',
      'CUDA out of memory. Tried to allocate 2.00 GiB',
      'Container killed by YARN for exceeding memory limits',
      'OOMKilled',
      'std::bad_alloc',
      'MemoryError: Unable to allocate 74.5 GiB',
      'Out of memory: Killed process 4711 (python)',
      'killed due to the node running low on memory',
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    );
    const row = fc.oneof(
      fc.tuple(fc.nat(), words).map(([id, word]) => `${String(id)},${word},0.5`),
      fc.tuple(fc.nat(), words).map(([id, word]) => `row ${String(id)}: ${word}`),
      fc.tuple(fc.nat(), words).map(([id, word]) => `{"id": ${String(id)}, "text": "${word}"}`),
      fc.tuple(fc.nat(), words).map(([id, word]) => `| ${String(id)} | ${word} |`),
      words.map((word) => `comment="${word}"`),
    );
    const end = fc.constantFrom(
      'Traceback (most recent call last):\n  File "/app/a.py", line 3, in <module>\nKeyError: \'age\'\n',
      'Exception in thread "main" java.lang.IllegalArgumentException: negative rows\n\tat app.Main.main(Main.java:3)\n',
      'TypeError: x is not a function\n    at main (file:///app/a.mjs:1:1)\n',
      '',
    );
    fc.assert(
      fc.property(
        fc.constantFrom('spark', 'python', 'jvm', 'ray', 'node'),
        fc.array(row, { minLength: 1, maxLength: 30 }),
        end,
        (engine, rows, last) => {
          expect(classify({ engine, exit: { code: 1 }, logTail: `${rows.join('\n')}\n${last}` }).kind).not.toBe(
            'out-of-memory',
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
