import type { Pipelines } from '../contracts/pipelines/index.js';
import { loadProject } from '../settings/project.js';
import type { InputSource } from './input/build-input.js';
import type { Io } from './io.js';
import { collect, Program } from './program.js';
import { reportFailure } from './run-command.js';

interface Flags {
  readonly set: readonly string[];
  readonly input?: string;
  readonly id?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** The command `start-workflow`, as a function of its arguments and streams; its exit code. */
export async function runStartWorkflow(argv: readonly string[], io: Io): Promise<number> {
  let pipelines: Pipelines;
  try {
    ({ pipelines } = await loadProject()); // each pipeline is a command: they must be known before the words are read
  } catch (error) {
    return reportFailure(io, argv.includes('--json'), error);
  }
  const program = new Program('start-workflow', 'Starts a run of a pipeline.', io);
  for (const [name, pipeline] of Object.entries(pipelines)) {
    const command = program.add(program.root, name, {
      description: pipeline.summary,
      action: async (flags: Flags) => {
        const { startWorkflow } = await import('./commands/start-workflow.js');
        return startWorkflow(io, { name, pipeline, ...sourceOf(flags), ...choices(flags) });
      },
    });
    command
      .option('--set <name=value>', 'set one field of the input; may be given many times', collect, [])
      .option('--input <file.json>', 'read the input from a file')
      .option('--id <id>', 'the id of the run, in place of a new one')
      .option('--watch', 'follow the run to its end; Ctrl-C lets go of it');
    if (argv[0] === name && argv.some((word) => word === '--help' || word === '-h')) {
      const { fieldHelp } = await import('./input/field-help.js');
      command.addHelpText('after', `\n${fieldHelp(pipeline)}`);
    }
  }
  program.root.addHelpText('after', '\nThe fields of a pipeline: start-workflow PIPELINE --help');
  return program.run(argv);
}

function sourceOf({ set, input }: Flags): InputSource {
  return { set, ...(input !== undefined && { file: input }) };
}

function choices({ id, watch = false, json = false }: Flags) {
  return { ...(id !== undefined && { id }), watch, json };
}
