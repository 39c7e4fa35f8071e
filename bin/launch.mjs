import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// What both commands do first. It uses nothing but Node, so that it can say what to do where nothing is installed yet.

/**
 * Runs a compiled command and sets the exit code.
 * @param {string} module compiled module, relative to dist/
 * @param {string} entry its exported function (argv, io) => exit code
 */
export async function launch(module, entry) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const missing = ['node_modules/commander', `dist/${module}`].find((path) => !existsSync(`${root}${path}`));
  if (missing !== undefined) {
    process.stderr.write(`error  ${root}${missing} is missing: this checkout is not set up\nnext   npm run setup\n`);
    process.exitCode = 3;
    return;
  }
  const nodeModule = await import('node:module');
  nodeModule.enableCompileCache?.(); // Node 22 and later start twice as fast with it
  const [{ [entry]: run }, { processIo }] = await Promise.all([
    import(new URL(`../dist/${module}`, import.meta.url).href),
    import(new URL('../dist/scripts/io.js', import.meta.url).href),
  ]);
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error; // `tempered runs | head` closes the pipe early, which is fine
  });
  process.exitCode = await run(process.argv.slice(2), processIo());
}
