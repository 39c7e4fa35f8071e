import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '../contracts/verdict.js';
import { type CorpusCase, loadOomCorpus } from '../test/fixtures/oom-corpus.js';
import { classify } from './classify.js';

const judged = loadOomCorpus().map((one) => ({ ...one, verdict: classify(one.evidence) }));
type Judged = (typeof judged)[number];

/** A verdict that makes the next attempt larger. */
const escalates = ({ kind, certainty }: Verdict): boolean => kind === 'out-of-memory' && certainty !== 'ambiguous';
/** Memory, and sure enough of it that not to see it is a miss. */
const isPositive = ({ expect: { kind, certainty } }: CorpusCase): boolean =>
  kind === 'out-of-memory' && !certainty.includes('ambiguous');
const mayEscalate = ({ expect: { kind, certainty } }: CorpusCase): boolean =>
  kind === 'out-of-memory' && certainty.some((one) => one !== 'ambiguous');
const hasRegion = ({ expect: wanted, verdict }: Judged): boolean => [wanted.region].flat().includes(verdict.region);

function figures(cases: readonly Judged[]) {
  const positives = cases.filter(isPositive);
  const found = positives.filter(({ verdict }) => escalates(verdict));
  return {
    cases: cases.length,
    positives: positives.length,
    negatives: cases.filter(({ expect: { kind } }) => kind !== 'out-of-memory').length,
    recall: found.length / positives.length,
    falseEscalations: cases.filter((one) => escalates(one.verdict) && !mayEscalate(one)).length,
    regions: found.filter(hasRegion).length / found.length,
    kinds: cases.filter(({ expect: wanted, verdict }) => wanted.kind === verdict.kind).length / cases.length,
  };
}

/** What a person reads when a bar is missed. */
const shown = ({ name, expect: wanted, verdict }: Judged) => ({ name, wanted, verdict });

describe('the labelled corpus of failures', () => {
  const all = figures(judged);

  test('prints its figures', () => {
    const rows = [
      ['by running', figures(judged.filter(({ produced }) => produced === 'by running'))] as const,
      ['documented', figures(judged.filter(({ produced }) => produced === 'documented'))] as const,
      ['all', all] as const,
    ];
    const lines = rows.map(([name, row]) =>
      [name, ...Object.values(row).map((value) => (Number.isInteger(value) ? String(value) : value.toFixed(3)))].join(
        ' | ',
      ),
    );
    process.stdout.write(
      `| ${['cases of', ...Object.keys(all)].join(' | ')} |\n${lines.map((line) => `| ${line} |\n`).join('')}`,
    );
    expect(lines).toHaveLength(3);
  });

  test('is large, half of it is not memory, and much of it really happened', () => {
    expect(all.cases).toBeGreaterThanOrEqual(150);
    expect(all.negatives).toBeGreaterThanOrEqual(all.cases * 0.5);
    expect(judged.filter(({ produced }) => produced === 'by running').length).toBeGreaterThanOrEqual(60);
  });

  test('nothing else is ever taken for memory', () => {
    expect(judged.filter((one) => escalates(one.verdict) && !mayEscalate(one)).map(shown)).toEqual([]);
  });

  test('98 of 100 memory failures are recognised', () => {
    const missed = judged.filter((one) => isPositive(one) && !escalates(one.verdict)).map(shown);
    expect({ enough: all.recall >= 0.98, missed: all.recall >= 0.98 ? [] : missed }).toEqual({
      enough: true,
      missed: [],
    });
  });

  test('95 of 100 of them with the memory that ran out', () => {
    const wrong = judged.filter((one) => isPositive(one) && escalates(one.verdict) && !hasRegion(one)).map(shown);
    expect({ enough: all.regions >= 0.95, wrong: all.regions >= 0.95 ? [] : wrong }).toEqual({
      enough: true,
      wrong: [],
    });
  });

  test('every verdict of memory names its region and quotes what decided', () => {
    const verdicts = judged.map(({ verdict }) => verdict).filter(({ kind }) => kind === 'out-of-memory');
    expect(verdicts.filter(({ region, evidence }) => region === null || !evidence[0]?.quote)).toEqual([]);
  });
});
