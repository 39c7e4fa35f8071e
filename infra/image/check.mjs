// `npm run test:image`: builds the image with docker, podman or buildah, whichever is here, and uses it as the services do.
// TEMPERED_NODE_IMAGE names another base than the Dockerfile's. Needs `npm run setup` once: a Temporal server and an S3 come from there.
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBuilder } from './builder.mjs';
import { answers, freePort, startProgram, stopAll, until } from './servers.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IMAGE = 'tempered:check';
const ROWS = '1000';

/** What must not be in the image: tests, what only development needs, what runs elsewhere, compilers. */
const LEFT_OUT = [
  ...['.git', 'docs', 'infra/aws', 'test', 'jobs/lib/test_files.py', 'dist/storage/snapshots.test.js'],
  ...['node_modules/aws-cdk-lib', 'node_modules/jest', 'node_modules/eslint', '.venv/bin/temporal', '.venv/bin/pytest'],
  ...['/usr/bin/gcc', '/usr/bin/git', '/usr/bin/java'],
].map((path) => (path.startsWith('/') ? path : `/opt/tempered/${path}`));

/** What jobs of Python and Ray need, by the names that the doctor has for it. */
const NEEDED = ['node', 'python', 'ray', 'lightgbm', 'scikit-learn', 'pyarrow', 'storage'];

/** Every module of the jobs but Spark's, which EMR runs. */
const IMPORT_ALL = `
import importlib, pkgutil, jobs
names = [m.name for m in pkgutil.walk_packages(jobs.__path__, "jobs.") if not m.name.startswith("jobs.spark")]
for name in names: importlib.import_module(name)
print(len(names), "modules")`;

/** Prints what a key holds. */
const READ = `
import boto3, sys
print(boto3.client("s3").get_object(Bucket="check", Key=sys.argv[1])["Body"].read().decode())`;

const builder = findBuilder();
if (builder === undefined) missing('neither docker, podman nor buildah works here', 'install one of them');
const programs = { temporal: join(ROOT, '.venv/bin/temporal'), moto: join(ROOT, '.venv/bin/moto_server') };
for (const path of Object.values(programs)) if (!existsSync(path)) missing(`${path} is not here`, 'npm run setup');

const counts = { passed: 0, failed: 0 };
const check = (what, ok, said = '') => {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${what}`);
  if (!ok) console.log(said);
  counts[ok ? 'passed' : 'failed'] += 1;
};

const folder = mkdtempSync(join(tmpdir(), 'tempered-image-'));
chmodSync(folder, 0o777); // the users of the image are not this one
const home = { '/var/lib/tempered': folder };
const scripts = { '/check/inside': join(ROOT, 'infra/image/inside'), '/check/test': join(ROOT, 'test') };
try {
  const base = process.env.TEMPERED_NODE_IMAGE;
  const file = join(ROOT, 'infra/image/Dockerfile');
  check('builds', builder.build({ file, context: ROOT, tag: IMAGE, args: base ? { NODE_IMAGE: base } : {} }));
  if (counts.failed === 0) await useImage();
} finally {
  if (counts.passed > 0) builder.run({ user: '0', volumes: home, command: ['sh', '-c', 'rm -rf /var/lib/tempered/*'] });
  await builder.close();
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed; the image is ${IMAGE} of ${builder.name}`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function useImage() {
  checkContent();
  checkCommands();
  const model = storeModel();
  if (model !== undefined) {
    await checkWorkers(model);
    await checkServer(model);
  }
  await checkJob();
}

function checkContent() {
  const { result: size } = builder.run({ user: '0', command: ['sh', '-c', 'du -smx /opt/tempered /usr | cut -f1'] });
  const [ours, system] = size.trim().split('\n');
  console.log(`       ${ours} MB of ours, ${system} MB of the system`);
  for (const path of LEFT_OUT)
    check(`without ${path}`, builder.run({ command: ['test', '!', '-e', path] }).status === 0);
  const writable = builder.run({
    command: ['find', '/opt/tempered', '-not', '-type', 'l', '-writable', '-print', '-quit'],
  });
  check('the workers cannot change their code', writable.status === 0 && writable.result === '', writable.output);
}

function checkCommands() {
  for (const command of ['tempered', 'start-workflow']) {
    const { status, output } = builder.run({ command: [command, '--help'] });
    check(`${command} --help`, status === 0 && output.includes(`Usage: ${command}`), output);
  }
  const { result, output } = builder.run({ command: ['tempered', 'doctor', '--json'] });
  const { checks = [] } = parse(result) ?? {};
  const isFound = (tool) => checks.some(({ name, verdict }) => name === tool && verdict === 'ok');
  check(`doctor finds ${NEEDED.join(', ')}`, NEEDED.every(isFound), output);
  const imported = builder.run({ command: ['python3', '-c', IMPORT_ALL] });
  check('Python imports every job', imported.status === 0, imported.output);
}

function storeModel() {
  const { status, result, output } = builder.run({
    command: ['node', '/check/inside/store-model.mjs', '/var/lib/tempered', ROWS],
    env: { PYTHONPATH: '/opt/tempered:/check' },
    volumes: { ...home, ...scripts },
  });
  check('a model is stored', status === 0, output);
  if (status !== 0) return undefined;
  const { golden } = JSON.parse(readFileSync(join(folder, 'model/model.json'), 'utf8'));
  return { ...JSON.parse(result), golden };
}

/** The two workers as the chart starts them, and a run whose job is a process in the container of one. */
async function checkWorkers({ version, dataset }) {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  startProgram(programs.temporal, ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)]);
  const env = { TEMPORAL_ADDRESS: address };
  const server = () => builder.run({ command: ['tempered', 'runs'], env }).status === 0;
  check('a Temporal server answers', await until(server));
  const workers = ['orchestrator', 'jobs'].map((name) => {
    const end = builder.start({ command: ['node', `dist/workers/${name}.js`], env, volumes: home });
    return { name, end, ready: () => existsSync(join(folder, `workers/${name}.json`)) };
  });
  for (const { name, ready } of workers) check(`the worker ${name} polls`, await until(ready));
  const sets = [`version=${version}`, `dataset=${dataset}`].flatMap((set) => ['--set', set]);
  const run = builder.run({ command: ['start-workflow', 'predict', ...sets, '--watch', '--json'], env });
  const { status, result } = parse(run.result) ?? {};
  check(`a run predicts ${ROWS} rows`, status === 'completed' && result?.predictions.rows === Number(ROWS), run.output);
  for (const { name, end, ready } of workers) {
    const { status, output } = await end();
    check(`the worker ${name} ends when it is told to`, status === 0 && !ready(), output);
  }
}

/** As SageMaker starts the container of an endpoint, but for the port, which another program may have here. */
async function checkServer({ golden }) {
  const port = await freePort();
  const end = builder.start({
    ...{ user: '0', command: ['serve'], env: { SAGEMAKER_BIND_TO_PORT: String(port) } },
    volumes: { '/opt/ml/model': join(folder, 'model') },
  });
  const url = `http://127.0.0.1:${port}`;
  const isUp = await until(() => answers(`${url}/ping`));
  check('serve answers /ping', isUp);
  if (isUp) {
    const instances = golden.map(({ features }) => features);
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify({ instances }) };
    const answer = await fetch(`${url}/invocations`, request).then((response) => response.text());
    const expected = golden.map(({ prediction }) => prediction);
    check('serve repeats the golden predictions', String(parse(answer)?.predictions) === String(expected), answer);
  }
  const { status, output } = await end();
  check('serve ends when it is told to', status === 0, output);
}

/** As SageMaker runs a processing job: the request's own program, which the service has put below /opt/ml. */
async function checkJob() {
  const port = await freePort();
  const s3 = `http://127.0.0.1:${port}`;
  startProgram(programs.moto, ['-H', '127.0.0.1', '-p', String(port)]);
  check('an S3 answers', await until(() => answers(`${s3}/check`, { method: 'PUT' })));
  const env = {
    AWS_ENDPOINT_URL: s3,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'check',
    AWS_SECRET_ACCESS_KEY: 'check',
  };
  const asked = builder.run({
    command: ['node', '/check/inside/ask-for-job.mjs', 's3://check', ROWS],
    ...{ env, volumes: scripts },
  });
  check('a processing job is prepared', asked.status === 0, asked.output);
  if (asked.status !== 0) return;
  const { request, resultKey } = JSON.parse(asked.result);
  const { ContainerEntrypoint, ContainerArguments } = request.AppSpecification;
  const input = join(folder, 'input');
  mkdirSync(input);
  copyFileSync(join(ROOT, 'jobs/remote/bootstrap.py'), join(input, 'bootstrap.py'));
  const job = builder.run({
    ...{ user: '0', command: [...ContainerEntrypoint, ...ContainerArguments], env: { ...env, ...request.Environment } },
    volumes: { [request.ProcessingInputs[0].S3Input.LocalPath]: input },
  });
  const left = builder.run({ command: ['python3', '-c', READ, resultKey], env });
  const isMade = job.status === 0 && parse(left.result)?.rowsOut === Number(ROWS);
  check(`a processing job makes ${ROWS} rows`, isMade, `${job.output}${left.output}`);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the check says what it was
  }
}

function missing(what, next) {
  console.error(`${what}\nnext   ${next}, then: npm run test:image`);
  process.exit(3);
}
