// `npm run test:helm`: lints the chart, renders it, and gives it wrong values. Needs `helm` on PATH, or Go to build it once.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHART = join(ROOT, 'infra/helm/tempered');
const HELM_VERSION = 'v3.22.0';

const RIGHT = [
  '--set=image.repository=registry.example.com/tempered,image.tag=1.0.0',
  '--set=temporal.address=temporal:7233,temporal.apiKeySecret=temporal',
  '--set=profile.storage.root=s3://bucket/tempered,profile.aws.region=eu-central-1',
];

/** The oldest that the chart is for: a helm that Go built takes some other one for granted. */
const CLUSTER = ['--kube-version=1.27.0'];

/** Wrong values, and the word that the refusal must hold. */
const WRONG = [
  ['--set=temporal.address=temporal', 'address'],
  ['--set=workers.jobs.replicas=0', 'replicas'],
  ['--set=workers.jobs.memory=1GB', 'memory'],
  ['--set=profile.storage.root=/data', 'root'],
  ['--set=wrokers.jobs.replicas=2', 'wrokers'],
  ['--set=image.tag=', 'tag'],
];

/** What the rendered chart must hold. */
const HOLDS = [
  /kind: Deployment[^]*kind: Deployment/,
  /command: \['node', 'dist\/workers\/jobs\.js'\]/,
  /command: \['node', 'dist\/workers\/orchestrator\.js'\]/,
  /runAsNonRoot: true/,
  /secretKeyRef:\n\s+name: temporal\n\s+key: api-key/,
  /"region\\": \\"eu-central-1\\"/,
  /kind: PodDisruptionBudget/,
];

const helm = findHelm();
let failed = 0;
const check = (what, ok, said = '') => {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${what}`);
  if (!ok) console.log(said);
  failed += ok ? 0 : 1;
};

const lint = run('lint', '--strict', CHART, ...RIGHT);
check('lint', lint.status === 0, lint.output);
const rendered = run('template', 'nightly', CHART, ...CLUSTER, ...RIGHT);
check('renders', rendered.status === 0, rendered.output);
for (const pattern of HOLDS) check(`holds ${pattern}`, pattern.test(rendered.output), rendered.output.slice(0, 2000));
for (const [value, word] of WRONG) {
  const { status, output } = run('template', 'nightly', CHART, ...CLUSTER, ...RIGHT, value);
  check(`refuses ${value}`, status !== 0 && output.includes(word), output);
}
const total = 2 + HOLDS.length + WRONG.length;
console.log(`${total - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function run(...args) {
  const { status, stdout, stderr } = spawnSync(helm, args, { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

/** The one on PATH, else one that Go builds into .tempered/bin. */
function findHelm() {
  if (spawnSync('helm', ['version', '--short']).status === 0) return 'helm';
  const bin = join(ROOT, '.tempered/bin');
  const built = join(bin, 'helm');
  if (existsSync(built)) return built;
  const { status, stderr } = spawnSync('go', ['install', `helm.sh/helm/v3/cmd/helm@${HELM_VERSION}`], {
    env: { ...process.env, GOBIN: bin },
    encoding: 'utf8',
  });
  if (status === 0) return built;
  console.error(`neither helm nor Go is here: ${stderr ?? ''}\nnext   install helm 3, then: npm run test:helm`);
  process.exit(3);
}
