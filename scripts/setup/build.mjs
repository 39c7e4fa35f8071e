import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached, filesBelow, hashFiles, ROOT, run } from './step.mjs';

const DIST = 'dist';

/** Compiles the TypeScript and bundles the workflows. @param {(line: string) => void} say */
export async function build(say) {
  await cached({
    say,
    name: 'build',
    stamp: `${DIST}/.tempered-stamp`,
    key: hashFiles(['tsconfig.json', 'package-lock.json', ...sources()]),
    work: async () => {
      await run({
        name: 'tsc',
        program: process.execPath,
        args: ['node_modules/typescript/bin/tsc', '-p', '.'],
        remedy: 'correct what the compiler says, then: npm run build',
      });
      removeOrphans();
      await run({
        name: 'bundle',
        program: process.execPath,
        args: ['-e', "import('./dist/workers/bundle.js').then(({ buildWorkflowBundle }) => buildWorkflowBundle())"],
        remedy: 'correct what the bundler says, then: npm run build',
      });
    },
  });
}

/** Every TypeScript file that the compiler reads. */
function sources() {
  const { include } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'));
  return include.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) => filesBelow(folder, '.ts'));
}

/** The compiler leaves what it made of a source that is gone; a test among them would still run. */
function removeOrphans() {
  const kept = new Set(sources().map((path) => path.replace(/\.ts$/, '.js')));
  const made = filesBelow(DIST, '.js').filter((path) => path !== `${DIST}/workflow-bundle.js`);
  for (const path of made) {
    if (kept.has(path.slice(DIST.length + 1))) continue;
    for (const file of [path, `${path}.map`, path.replace(/\.js$/, '.d.ts')]) rmSync(join(ROOT, file), { force: true });
  }
}
