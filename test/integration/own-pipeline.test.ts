import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { z } from 'zod';
import { StageSummary } from '../../contracts/stage-record.js';
import { eventually } from '../harness/eventually.js';
import { type Guide, readGuide, type UserFolder, withUserFolder } from '../harness/guide.js';

/** The guide says "under 60 lines", and means all that a user writes in a programming language. */
const MOST_LINES = 59;

let guide: Guide;
beforeAll(async () => {
  guide = await readGuide('your-own-pipeline.md');
});

const Shown = z.object({
  status: z.string(),
  result: z.object({
    rain: z.object({ uri: z.string(), rows: z.int() }),
    wettest: z.object({ days: z.array(z.int()), millimetres: z.number() }),
    stages: z.array(StageSummary),
  }),
});
const Runs = z.object({
  runs: z.array(z.object({ runId: z.string(), status: z.string(), startedBy: z.string().nullable() })),
});
const Preview = z.object({ rows: z.int(), schema: z.array(z.object({ name: z.string() })) });

async function ask<T>({ shell }: UserFolder, schema: z.ZodType<T>, command: string): Promise<T> {
  const { code, stdout, stderr } = await shell(`${command} --json`);
  expect({ code, stderr }).toMatchObject({ code: 0 }); // npm may have something to say of its own
  return schema.parse(JSON.parse(stdout));
}

async function show(folder: UserFolder, runId: string) {
  const { result } = await ask(folder, Shown, `npx tempered show ${runId}`);
  return { ...result, cache: result.stages.map(({ stage, cache }) => `${stage} ${cache}`) };
}

async function finishedRuns(folder: UserFolder, howMany: number) {
  return eventually(
    async () => {
      const { runs } = await ask(folder, Runs, 'npx tempered runs --pipeline rain');
      expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: howMany }, () => 'completed'));
      return runs;
    },
    { withinMs: 60_000 },
  );
}

/** Replays a run with the workflow code that the workers of the folder run. */
async function replay({ path }: UserFolder, runId: string): Promise<void> {
  const home = join(path, '.tempered');
  const [bundle = ''] = await readdir(join(home, 'workflows'));
  const { address } = z
    .object({ address: z.string() })
    .parse(JSON.parse(await readFile(join(home, 'server.json'), 'utf8')));
  const connection = await Connection.connect({ address });
  try {
    const history = await new Client({ connection }).workflow.getHandle(runId).fetchHistory();
    const workflowBundle = { codePath: join(home, 'workflows', bundle) };
    await Worker.runReplayHistory({ workflowBundle }, history, runId);
  } finally {
    await connection.close();
  }
}

test(`the guide's TypeScript and Python are at most ${String(MOST_LINES)} lines`, () => {
  const code = guide.files.filter(({ language }) => ['ts', 'python'].includes(language));
  const lines = code.flatMap(({ text }) => text.split('\n').filter((line) => line.trim() !== ''));
  expect(code.map(({ path }) => path)).toEqual([
    'rain/pipeline.ts',
    'rain/workflow.ts',
    'rain/measure.py',
    'rain/wettest.py',
  ]);
  expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
});

test('what the guide says to write and to type makes a pipeline that recovers, is cached, scheduled and replays', async () => {
  const [prepare = '', start = '', again = ''] = guide.commands;
  await withUserFolder('weather', async (folder) => {
    expect(prepare).toContain('mkdir weather && cd weather\n');
    expect(await folder.shell(prepare.replace('mkdir weather && cd weather\n', ''))).toMatchObject({ code: 0 });
    for (const { path, text } of guide.files) await folder.write(path, text);

    const first = await folder.shell(start);
    expect(first.stderr).toMatch(/measure running, limit .*, attempt 2: .*memory/);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('rain completed') });
    const firstId = (await finishedRuns(folder, 1))[0]?.runId ?? '';
    const { rain, wettest, stages, cache } = await show(folder, firstId);
    expect({ rows: rain.rows, days: wettest.days.length, cache }).toEqual({
      rows: 1000,
      days: 3,
      cache: ['measure miss', 'wettest miss'],
    });
    expect(stages[0]).toMatchObject({ attempts: 2, rowsOut: 1000 });
    expect(await ask(folder, Preview, `npx tempered preview ${rain.uri}`)).toMatchObject({
      rows: 1000,
      schema: [{ name: 'day' }, { name: 'mm' }],
    });
    await replay(folder, firstId);

    const second = await folder.shell(again);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('cache  every stage was served from the cache');
    expect(second.stdout).toMatch(/created +nightly-rain: next at \S+T01:15:00/);

    const python = guide.files.find(({ path }) => path === 'rain/wettest.py')?.text ?? '';
    await folder.write('rain/wettest.py', python.replace('batch_rows=65_536', 'batch_rows=1_000'));
    await folder.shell('npx start-workflow rain --set days=1000 --watch');
    const [changed] = await finishedRuns(folder, 3);
    const after = await show(folder, changed?.runId ?? '');
    expect(after.stages.map(({ because }) => because)).toEqual([
      'changed: the code of the job',
      'changed: the code of the job', // and not its input: the same rain is the same content
    ]);
    expect(after.wettest).toEqual(wettest);

    await folder.shell('npx tempered schedule trigger nightly-rain');
    const [newest] = await finishedRuns(folder, 4);
    expect(newest).toMatchObject({ startedBy: 'nightly-rain' });
    expect(await show(folder, newest?.runId ?? '')).toMatchObject({ rain: { rows: 3650 } });

    const kept = await folder.shell('npx tempered up');
    expect(kept.stdout).toContain('everything runs already');
  });
}, 300_000);

interface Mistake {
  readonly what: string;
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
  readonly says: readonly string[];
  /** What finds it; by default every command that loads the pipeline. */
  readonly command?: string;
}

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a program that is not there',
    ...{ file: 'rain/pipeline.ts', from: "entry: 'measure.py'", to: "entry: 'mesure.py'" },
    says: ['rain/pipeline.ts: stages.measure.job.entry: found "mesure.py"'],
  },
  {
    what: 'a wrong type',
    ...{ file: 'rain/workflow.ts', from: 'days: 3', to: 'dayz: 3' },
    says: ['rain/workflow.ts:8:', "'dayz' does not exist"],
  },
  {
    what: 'a workflow that is exported under another name',
    ...{ file: 'rain/workflow.ts', from: 'export const rain', to: 'export const rian' },
    says: ['rain/workflow.ts exports no workflow "rain"'],
  },
  {
    what: 'the name of another pipeline',
    ...{ file: 'rain/pipeline.ts', from: /name: 'rain'(.*)as const satisfies/s, to: "name: 'salary'$1satisfies" },
    says: ['rain/pipeline.ts: name: there is another pipeline "salary"'],
  },
  {
    what: 'a size that is none',
    ...{ file: 'rain/pipeline.ts', from: "'32MiB'", to: "'32 megs'" },
    says: ['rain/pipeline.ts:5:', 'it cannot be loaded: "32 megs" is not a size'],
  },
  {
    what: 'no default export',
    ...{ file: 'rain/pipeline.ts', from: 'export default', to: 'export const pipeline =' },
    says: ['rain/workflow.ts:2:', 'has no default export'],
  },
  {
    what: 'a pipeline file that is not there',
    ...{ file: 'tempered.json', from: './rain/pipeline.ts', to: './rain/pipelin.ts' },
    says: ['rain/pipelin.ts does not exist'],
  },
  {
    what: 'a schedule with a wrong input',
    ...{ file: 'tempered.json', from: '3650', to: '0' },
    says: ['tempered.json: schedules.nightly-rain.input.days: found 0'],
  },
  {
    what: 'a package that is no ES module',
    ...{ file: 'package.json', from: '"module"', to: '"commonjs"' },
    says: ['package.json: type: found "commonjs", allowed is "module"', 'npm pkg set type=module'],
  },
  {
    what: 'a workflow that imports schemas',
    ...{ file: 'rain/workflow.ts', from: /import type(.*)days: 3/s, to: 'import$1days: pipeline.name.length' },
    says: ['the workflows rain', 'zod', 'import type pipeline'],
    command: 'npx tempered up',
  },
];

test('a mistake in a folder of a user is told with its file, before anything is started', async () => {
  await withUserFolder('weather', async (folder) => {
    await folder.shell((guide.commands[0] ?? '').replace('mkdir weather && cd weather\n', ''));
    const files = [
      ...guide.files,
      { path: 'package.json', text: await readFile(join(folder.path, 'package.json'), 'utf8') },
    ];
    for (const { path, text } of files) await folder.write(path, text);
    expect(await folder.shell('npx start-workflow rain --help')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/days +365 +days to measure \(a whole number from 1 to 1000000\)/),
    });
    for (const { what, file, from, to, says, command = 'npx start-workflow rain' } of MISTAKES) {
      const text = files.find(({ path }) => path === file)?.text ?? '';
      expect({ what, changed: text.replace(from, to) === text }).toEqual({ what, changed: false });
      await folder.write(file, text.replace(from, to));
      const { code, stderr } = await folder.shell(command);
      expect({ what, code, missing: says.filter((part) => !stderr.includes(part)), stderr }).toMatchObject({
        what,
        code: 2,
        missing: [],
      });
      await folder.write(file, text);
    }
    expect((await folder.shell('npx tempered status')).stdout).toContain('stopped');
  });
}, 300_000);
