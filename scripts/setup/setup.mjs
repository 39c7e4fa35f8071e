// Makes a checkout ready to use: `npm run setup`. Runs with nothing installed but Node, so it may import nothing else.
// Every step is skipped when what it depends on has not changed since it last succeeded.
import { build } from './build.mjs';
import { linkCommands } from './link-commands.mjs';
import { installNodePackages } from './node-packages.mjs';
import { installPythonPackages } from './python-packages.mjs';
import { prepareSpark } from './prepare-spark.mjs';
import { installSparkS3a } from './spark-s3a.mjs';
import { SetupError, startClock } from './step.mjs';
import { checkNode, findJava, findPython } from './tools.mjs';

/** With `--dev` also what the tests need; with `--build` nothing but the compilation. */
const withTests = process.argv.includes('--dev');
const onlyBuild = process.argv.includes('--build');

try {
  const say = startClock();
  if (onlyBuild) await build(say);
  else await setUp(say);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`error  ${error.message}\nnext   ${error.remedy}\n`);
  process.exitCode = 3;
}

/** @param {(line: string) => void} say */
async function setUp(say) {
  const node = checkNode();
  const [python, java] = await Promise.all([findPython(), findJava()]);
  say(`tools: node ${node}, python ${python.version}, java ${java.version}`);
  // The two installers wait for the network most of the time, so they run side by side; compiling needs only the first.
  const results = await Promise.allSettled([
    installNodePackages(say).then(() => build(say)),
    installPythonPackages(say, python, withTests),
  ]);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  await prepareSpark(say, java);
  if (withTests) await installSparkS3a(say);
  linkCommands();
  say('ready');
}
