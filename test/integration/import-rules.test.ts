import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '../../settings/home.js';
import { withHome } from '../harness/home.js';

const Cruise = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** A small house with mistakes in it. */
const HOUSE: Readonly<Record<string, string>> = {
  'contracts/a.ts': "import { file } from '../storage/file.js'; export const a = file;",
  'recovery/b.ts': "import { readFile } from 'node:fs/promises'; export const b = readFile;",
  'workflows/c.ts': "import { d } from '../activities/d.js'; export const c = d;",
  'workflows/types-only.ts': "import type { D } from '../activities/d.js'; export type W = D;",
  'workflows/index.ts': "export { c } from './c.js'; export type { W } from './types-only.js';",
  'activities/d.ts':
    "import { c } from '../workflows/c.js'; export const d = (): unknown => c; export type D = typeof d;",
  'platforms/local/e.ts': "import { home } from '../../settings/home.js'; export const e = home;",
  'platforms/index.ts':
    "import { home } from '../settings/home.js'; import { e } from './local/e.js'; export const f = [home, e];",
  'models/lonely.ts': 'export const lonely = 1;',
  'workers/jobs.ts':
    "import { a } from '../contracts/a.js'; import { b } from '../recovery/b.js'; import { f } from '../platforms/index.js'; import { s3 } from '../storage/s3.js'; import { early } from '../storage/early.js'; export const j = [a, b, f, s3, early, await import('@aws-sdk/client-s3')];",
  'settings/home.ts': "export const home = '.';",
  'storage/file.ts': "export const file = 'file';",
  'storage/s3.ts':
    "import type { S3 } from '@aws-sdk/client-s3'; export const s3 = async (): Promise<S3> => new (await import('@aws-sdk/client-s3')).S3();",
  'storage/early.ts': "import { S3 } from '@aws-sdk/client-s3'; export const early = new S3();",
};

test('an import from the wrong room, a cycle and a file that nobody uses are refused', async () => {
  const violations = await withHome(async ({ folder, env }) => {
    for (const [name, text] of Object.entries({
      ...HOUSE,
      'tsconfig.json': '{}',
      'package.json': '{"type":"module","dependencies":{"@aws-sdk/client-s3":"1.0.0"}}',
      'node_modules/@aws-sdk/client-s3/package.json': '{"name":"@aws-sdk/client-s3","version":"1.0.0"}',
      'node_modules/@aws-sdk/client-s3/index.js': 'exports.S3 = class S3 {};',
    })) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const program = join(projectRoot, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
    const config = join(projectRoot, '.dependency-cruiser.mjs');
    const rooms = [...new Set(Object.keys(HOUSE).map((name) => name.replace(/\/.*/, '')))];
    const run = spawnSync(process.execPath, [program, '--config', config, '--output-type', 'json', ...rooms], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    return Cruise.parse(JSON.parse(run.stdout)).summary.violations;
  });
  expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).sort()).toEqual([
    'activities-imports: activities/d.ts -> workflows/c.ts',
    'aws-clients-are-loaded-when-they-are-used: storage/early.ts -> node_modules/@aws-sdk/client-s3/index.js',
    'aws-is-spoken-by-platforms-storage-and-serving: workers/jobs.ts -> node_modules/@aws-sdk/client-s3/index.js',
    'contracts-imports: contracts/a.ts -> storage/file.ts',
    'contracts-need-only-zod: contracts/a.ts -> storage/file.ts',
    'no-cycles: activities/d.ts -> workflows/c.ts',
    'no-orphans: models/lonely.ts -> models/lonely.ts',
    'nothing-only-for-its-test: models/lonely.ts -> models/lonely.ts',
    'platforms-are-told-what-they-need: platforms/local/e.ts -> settings/home.ts',
    'recovery-is-pure: recovery/b.ts -> fs/promises',
    'workers-imports: workers/jobs.ts -> recovery/b.ts',
    'workflows-use-types-of-activities: workflows/c.ts -> activities/d.ts',
  ]);
});
