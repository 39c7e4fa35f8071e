import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../settings/home.js';
import { withHome } from '../harness/home.js';

const AWS = {
  storage: { root: 's3://bucket/root' },
  aws: { region: 'eu-central-1' },
  emr: { clusterId: 'j-2AXXXXXXGAPLF' },
  emrServerless: { applicationId: '00f1abcdexample', executionRole: 'arn:aws:iam::123456789012:role/jobs' },
  sagemaker: { role: 'arn:aws:iam::123456789012:role/jobs', image: 'jobs' },
  platform: 'sagemaker',
};

const module = (path: string): string => JSON.stringify(pathToFileURL(join(projectRoot, 'dist', path)).href);

/** What the process of the jobs worker loads and opens before its first job. */
const WORKER = `
  import ${module('workers/create.js')};
  import { openJobsContext } from ${module('workers/context.js')};
  import { loadProject } from ${module('settings/project.js')};
  const { storage } = openJobsContext(await loadProject());
  if (storage.scheme === 'file') await storage.list(storage.root);`;

/** Says at a program's end which modules of the SDK it has loaded; they are CommonJS. */
const WITNESS = `
  import { createRequire } from 'node:module';
  const { cache } = createRequire(import.meta.url);
  process.on('exit', () => {
    const names = Object.keys(cache).map((path) => /@(?:aws-sdk|smithy)[/][^/]+/.exec(path)?.[0]).filter(Boolean);
    process.stderr.write('LOADED ' + JSON.stringify([...new Set(names)]) + '\\n');
  });`;

/** Runs a program under a profile and answers the packages of the SDK that it has loaded. */
async function loadedBy(profile: object, args: readonly string[], program?: string): Promise<unknown> {
  return withHome(async ({ folder, env }) => {
    await writeFile(join(folder, 'tempered.json'), JSON.stringify(profile));
    const witness = join(folder, 'witness.mjs');
    await writeFile(witness, WITNESS);
    const own = join(folder, 'program.mjs');
    if (program !== undefined) await writeFile(own, program);
    const { stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', pathToFileURL(witness).href, ...(program === undefined ? args : [own, ...args])],
      {
        env: { ...env, TEMPERED_PROFILE: join(folder, 'tempered.json'), AWS_EC2_METADATA_DISABLED: 'true' },
        cwd: folder,
        timeout: 60_000,
      },
    );
    const [, names] = /^LOADED (.*)$/m.exec(stderr) ?? [];
    return JSON.parse(names ?? 'null') as unknown;
  });
}

test('a worker of a laptop loads nothing of the AWS SDK', async () => {
  await expect(loadedBy({}, [], WORKER)).resolves.toEqual([]);
});

test('a worker with jobs on AWS loads nothing of it before it has one', async () => {
  await expect(loadedBy(AWS, [], WORKER)).resolves.toEqual([]);
});

test('a command on a laptop loads nothing of it', async () => {
  await expect(loadedBy({}, [join(projectRoot, 'bin', 'tempered.mjs'), 'sizes'])).resolves.toEqual([]);
});

test('a look at S3 would be seen', async () => {
  const looks = `
    import { openStorage } from ${module('storage/index.js')};
    const storage = openStorage('s3://bucket/root', [], { region: 'eu-central-1' });
    await storage.list(storage.root).catch(() => undefined);`;
  await expect(loadedBy(AWS, [], looks)).resolves.toContain('@aws-sdk/client-s3');
});
