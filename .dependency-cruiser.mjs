// Who may import whom. The rooms are in README.md and docs/architecture.md; a new room is one line in MAY_IMPORT.

/** Our folders, each with the folders it may import from beside itself; types count too. */
const MAY_IMPORT = {
  contracts: [],
  recovery: ['contracts'],
  costs: ['contracts'],
  settings: ['contracts'],
  storage: ['contracts'],
  platforms: ['contracts', 'recovery', 'costs', 'settings', 'storage'], // settings: the index only, see below
  models: ['contracts', 'storage'],
  serving: ['contracts', 'settings', 'storage', 'platforms'], // settings: the index only, see below; platforms: processes, and what platforms on one cloud share
  workflows: ['contracts', 'activities'], // activities: their types only, see below
  activities: ['contracts', 'recovery', 'costs', 'settings', 'platforms', 'storage', 'models', 'serving'],
  workers: ['contracts', 'settings', 'storage', 'platforms', 'serving', 'activities'],
  scripts: ['contracts', 'recovery', 'costs', 'settings', 'storage', 'platforms', 'models', 'serving'], // recovery: classify, sizes; platforms: doctor, logs, and down, which ends running jobs; models: models
};

const ROOMS = Object.keys(MAY_IMPORT);
const OURS = `^(${[...ROOMS, 'bin', 'test'].join('|')})/`;
// What is started by path, so that no import leads to it.
const DOORS =
  '^(workers|scripts|bin)/|^workflows/index[.]ts$|^(contracts|workflows)/exports[.]ts$|^platforms/local/supervisor-main[.]ts$';
const AWS_SDK = '(^|/)node_modules/@(aws-sdk|smithy)/|^@(aws-sdk|smithy)/';
const A_TEST = '[.]test[.]ts$|^test/';

const roomRules = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `${room}-imports`,
  severity: 'error',
  comment: `${room}/ may import ${allowed.length > 0 ? `${allowed.join(', ')} and nothing else` : 'nothing'} of ours.`,
  from: { path: `^${room}/`, pathNot: A_TEST },
  to: { path: OURS, pathNot: `^(${[room, ...allowed].join('|')})/` },
}));

/** Where a room may use another one in part. */
const partRules = [
  {
    name: 'workflows-use-types-of-activities',
    severity: 'error',
    comment: 'Workflow code runs in a sandbox and is replayed; an activity does I/O.',
    from: { path: '^workflows/', pathNot: A_TEST },
    to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'platforms-are-told-what-they-need',
    severity: 'error',
    comment:
      'The index reads the profile and opens platforms with what it says; a platform can be used without a profile.',
    from: { path: '^(platforms|serving)/', pathNot: `${A_TEST}|^(platforms|serving)/index[.]ts$` },
    to: { path: '^settings/' },
  },
];

/** Which outside packages a room may use, where that matters: the SDK's client in a workflow, or a schema in a decision. */
const packageRules = [
  {
    name: 'contracts-need-only-zod',
    severity: 'error',
    comment: 'Contracts are read by every room, so they carry nothing but schemas.',
    from: { path: '^contracts/', pathNot: A_TEST },
    to: { pathNot: '^contracts/|^node_modules/zod/' },
  },
  {
    name: 'recovery-is-pure',
    severity: 'error',
    comment: 'Decisions take facts as arguments; move the I/O to activities/ or platforms/.',
    from: { path: '^recovery/', pathNot: A_TEST },
    to: { pathNot: '^(recovery|contracts)/' },
  },
  {
    name: 'workflows-use-the-workflow-sdk-only',
    severity: 'error',
    comment: 'Everything else does I/O or differs between replays; types may come from anywhere.',
    from: { path: '^workflows/', pathNot: A_TEST },
    to: { pathNot: `${OURS}|^node_modules/@temporalio/(workflow|common)/`, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'workflows-carry-no-schemas',
    severity: 'error',
    comment:
      'A schema costs about 0.75 MB for each cached workflow. Looked for in the compiled code, where type imports are gone.',
    from: { path: '^dist[^/]*/workflows/.*[.]js$', pathNot: '[.]test[.]js$' },
    to: { path: '^node_modules/zod/', reachable: true },
  },
  {
    name: 'aws-is-spoken-by-platforms-storage-and-serving',
    severity: 'error',
    comment: 'What goes wrong with AWS is told in our own terms by the rooms that call it; the others know no client.',
    from: { path: OURS, pathNot: `${A_TEST}|^(platforms|storage|serving)/` },
    to: { path: AWS_SDK, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'aws-clients-are-loaded-when-they-are-used',
    severity: 'error',
    comment: "A client is up to 50 MB in memory, and a laptop has no use for it: `await import('@aws-sdk/...')`.",
    from: { path: OURS, pathNot: A_TEST },
    to: { path: AWS_SDK, dynamic: false, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'only-workers-run-the-worker-sdk',
    severity: 'error',
    comment: 'The worker SDK loads a native core of 30 MB; commands and storage have no use for it.',
    from: { path: OURS, pathNot: `${A_TEST}|^workers/` },
    to: { path: '^node_modules/@temporalio/(worker|core-bridge)/', dependencyTypesNot: ['type-only'] },
  },
];

/** What is wrong anywhere. */
const generalRules = [
  {
    name: 'no-cycles',
    severity: 'error',
    comment: 'Two modules that need each other are one concept, or miss a third.',
    from: { path: OURS },
    to: { circular: true },
  },
  {
    name: 'no-orphans',
    severity: 'error',
    comment: 'Nothing imports it and it imports nothing: delete it.',
    from: { orphan: true, path: OURS, pathNot: A_TEST },
    to: {},
  },
  {
    name: 'nothing-only-for-its-test',
    severity: 'error',
    comment: 'No worker, command or workflow uses it: delete it, or it belongs to test/.',
    from: { path: DOORS, pathNot: A_TEST },
    to: { path: OURS, pathNot: `${DOORS}|${A_TEST}`, reachable: false },
  },
  {
    name: 'no-tests-in-the-product',
    severity: 'error',
    from: { path: OURS, pathNot: A_TEST },
    to: { path: A_TEST },
  },
  {
    name: 'no-development-packages-in-the-product',
    severity: 'error',
    from: { path: OURS, pathNot: A_TEST },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-undeclared-packages',
    severity: 'error',
    comment: 'It is not in package.json, so another version may be there tomorrow, or none.',
    from: { path: OURS },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  { name: 'no-unresolvable-imports', severity: 'error', from: { path: OURS }, to: { couldNotResolve: true } },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...roomRules, ...partRules, ...packageRules, ...generalRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/(fixtures|corpora)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
