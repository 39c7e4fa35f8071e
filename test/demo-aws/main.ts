import { processIo } from '../../scripts/io.js';
import { Program } from '../../scripts/program.js';
import { demoAws } from './demo-aws.js';

/** `npm run demo:aws [-- --json]`: the air-quality pipeline on a fake AWS. */
const NAME = 'demo-aws';

const io = processIo();
const program = new Program(NAME, 'The air-quality pipeline on a fake AWS.', io);
program.add(program.root, NAME, {
  description:
    'run it, show its out-of-memory escalation and the life of its endpoint; exit code 1 when one is missing',
  action: ({ json = false }: { readonly json?: boolean }) => demoAws(io, json),
});
process.exitCode = await program.run([NAME, ...process.argv.slice(2)]);
