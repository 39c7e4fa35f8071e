import { beforeAll, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import { projectRoot } from '../../settings/home.js';

let eslint: ESLint;
beforeAll(() => {
  // With CI set the parser reads files once from disk and never sees the text that is linted here in their place.
  process.env['TSESTREE_SINGLE_RUN'] = 'false';
  eslint = new ESLint({ cwd: projectRoot });
});

/** The rules of the real configuration that each line breaks, when the lines are linted as if they were that (existing) file. */
async function rulesBrokenBy(lines: readonly string[], filePath: string): Promise<readonly string[][]> {
  const [file] = await eslint.lintText(lines.join('\n'), { filePath });
  const broken = (line: number) => file?.messages.filter((message) => message.line === line) ?? [];
  return lines.map((_, index) => broken(index + 1).map((message) => message.ruleId ?? message.message));
}

const IN_A_WORKFLOW: readonly (readonly [line: string, ...rules: string[]])[] = [
  ["import { readFile } from 'node:fs/promises';", '@typescript-eslint/no-restricted-imports'],
  ["import path from 'path';", '@typescript-eslint/no-restricted-imports'],
  ["import { z } from 'zod';", '@typescript-eslint/no-restricted-imports'],
  ["import { planStage } from '../activities/plan-stage.js';", '@typescript-eslint/no-restricted-imports'],
  ["import type { StagePlan } from '../activities/plan-stage.js';"],
  ['export const now = Date.now();', 'no-restricted-syntax'],
  ['export const today = new Date();', 'no-restricted-syntax'],
  ["export const given = new Date('2026-11-20');"],
  ['export const chance = Math.random();', 'no-restricted-syntax'],
  ["export const home = process.env['HOME'];", 'no-restricted-globals'],
  ['setTimeout(() => 0, 1);', 'no-restricted-globals'],
  ['export const used = [readFile, path, z, planStage];'],
  ['export type Used = StagePlan;'],
];

test('a workflow that would replay differently, or carry a schema, is refused', async () => {
  const broken = await rulesBrokenBy(
    IN_A_WORKFLOW.map(([line]) => line),
    'workflows/salary.ts',
  );
  expect(broken).toEqual(IN_A_WORKFLOW.map(([, ...rules]) => rules));
});

const ANYWHERE: readonly (readonly [line: string, ...rules: string[]])[] = [
  ["import { Ref } from './refs.js';", '@typescript-eslint/consistent-type-imports'],
  ['export const save = (ref: Ref) => Promise.resolve(ref);'],
  ["save({ kind: 'artifact', uri: '', manifestSha256: '', bytes: 0 });", '@typescript-eslint/no-floating-promises'],
  ['export const four = (a: number, b: number, c: number, d: number) => a + b + c + d;', 'max-params'],
  ['export const first = (list: number[]): number => list[0]!;', '@typescript-eslint/no-non-null-assertion'],
  ['export const anything: any = 1;', '@typescript-eslint/no-explicit-any'],
  [
    "export const size = (x: 'a' | 'b') => { switch (x) { case 'a': return 1; } return 2; };",
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  ['// eslint-disable-next-line eqeqeq', 'tempered/reasoned-directive'],
  ['export const same = (a: unknown, b: unknown) => a == b;'],
  ['// eslint-disable-next-line eqeqeq -- both come from the same parser'],
  ['export const alike = (a: unknown, b: unknown) => a == b;'],
  ['// eslint-disable-next-line eqeqeq -- nothing is wrong in the next line', 'Unused eslint-disable directive'],
];

test('mistakes that the compiler lets pass are refused', async () => {
  const broken = await rulesBrokenBy(
    ANYWHERE.map(([line]) => line),
    'contracts/json.ts',
  );
  expect(broken.map((rules) => rules.map((rule) => rule.replace(/ \(.*/s, '')))).toEqual(
    ANYWHERE.map(([, ...rules]) => rules),
  );
});

test('a file name that is not kebab-case is refused', async () => {
  const [file] = await eslint.lintText('', { filePath: 'scripts/runStage.mjs' });
  expect(file?.messages.map((message) => message.ruleId)).toEqual(['tempered/kebab-case-file']);
});
