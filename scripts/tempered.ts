import { type Command, Option } from 'commander';
import { EvidenceEngine } from '../contracts/evidence.js';
import type { ClassifyOptions } from './commands/classify.js';
import type { DemoOomOptions } from './commands/demo-oom.js';
import type { LogsOptions } from './commands/logs.js';
import { exitStatus } from './input/exit-status.js';
import type { Io } from './io.js';
import { byteSize, Program, wholeNumber } from './program.js';

/** Options as commander gives them: one that is not given is absent. */
type GivenLogsOptions = Omit<LogsOptions, 'follow' | 'json'> & Partial<Pick<LogsOptions, 'follow' | 'json'>>;

const ENGINES = EvidenceEngine.options;

/** The command `tempered`, as a function of its arguments and streams; its exit code. Each command's code is loaded when it runs. */
export function runTempered(argv: readonly string[], io: Io): Promise<number> {
  const program = new Program('tempered', 'Machine-learning pipelines that finish.', io);
  addPlatform(program);
  addRuns(program, io);
  addData(program);
  addClassify(program);
  addSizes(program);
  addSchedules(program);
  addModels(program);
  addEndpoints(program);
  addDemo(program, io);
  return program.run(argv);
}

function addPlatform(program: Program): void {
  const { root } = program;
  program.add(root, 'up', {
    description: 'start the embedded platform: Temporal server, UI, workers',
    action: async () => (await import('./commands/up.js')).up(),
  });
  program.add(root, 'down', {
    description: 'stop it; runs that are going on continue at the next up',
    action: async () => (await import('./commands/down.js')).down(),
  });
  program.add(root, 'status', {
    description: 'show what runs; exit code 3 when something does not',
    action: async () => (await import('./commands/status.js')).status(),
  });
  program.add(root, 'doctor', {
    description: 'check tools, memory enforcement, disk, ports and profile',
    action: async () => (await import('./commands/doctor.js')).doctor(),
  });
}

function addRuns(program: Program, io: Io): void {
  const { root } = program;
  program
    .add(root, 'runs', {
      description: 'list the newest runs',
      action: async (options: { limit: number; pipeline?: string }) =>
        (await import('./commands/runs.js')).runs(options),
    })
    .option('--limit <n>', 'how many', wholeNumber(1), 20)
    .option('--pipeline <name>', 'of one pipeline only');
  program.add(root, 'show <run>', {
    description: 'show one run: stages, numbers, result or failure',
    action: async (run: string) => (await import('./commands/show.js')).show(run),
  });
  program.add(root, 'watch <run>', {
    description: 'follow a run to its end; Ctrl-C lets go of it',
    action: async (run: string, { json = false }: { json?: boolean }) =>
      (await import('./commands/watch.js')).watch(io, run, json),
  });
  program
    .add(root, 'cancel <run>', {
      description: 'stop a run and its job',
      action: async (run: string, options: { wait: boolean }) =>
        (await import('./commands/cancel.js')).cancel(io, run, options),
    })
    .option('--no-wait', 'return before the job has stopped');
  program
    .add(root, 'logs <run>', {
      description: "show what the run's jobs printed, wherever they ran",
      action: async (run: string, { follow = false, json = false, ...options }: GivenLogsOptions) =>
        (await import('./commands/logs.js')).logs(io, run, { ...options, follow, json }),
    })
    .option('--stage <name>', 'of one stage only')
    .option('--attempt <n>', 'of one attempt only', wholeNumber(1))
    .option('--follow', 'go on until the run is over')
    .option('--bytes <n>', 'how much of the end of each log', wholeNumber(1), 64 * 1024);
}

function addData(program: Program): void {
  const { root } = program;
  program
    .add(root, 'preview <uri>', {
      description: 'show schema, counts and first rows of a snapshot or file',
      action: async (uri: string, { rows }: { rows: number }) =>
        (await import('./commands/preview.js')).preview(uri, rows),
    })
    .option('--rows <n>', 'how many rows', wholeNumber(0), 10);
  program
    .add(root, 'import <path>', {
      description: 'copy a file or folder into the storage as a snapshot',
      action: async (path: string, { name }: { name?: string }) =>
        (await import('./commands/import.js')).importData(path, name),
    })
    .option('--name <name>', "the snapshot's name, by default the file's");
}

function addClassify(program: Program): void {
  program
    .add(program.root, 'classify <file>', {
      description: 'say why a job died and what would help, from its log or an evidence JSON; - reads stdin',
      action: async (file: string, options: ClassifyOptions) =>
        (await import('./commands/classify.js')).classifyFile(file, options),
    })
    .addOption(new Option('--engine <name>', 'whose log it is; guessed from the text by default').choices(ENGINES))
    .option('--exit <code|signal>', 'how it ended: 137, -9, SIGKILL', exitStatus)
    .option('--oom-kills <n>', "rise of the kernel's oom_kill counter; 0 says that it stood still", wholeNumber(0));
}

function addSizes(program: Program): void {
  program
    .add(program.root, 'sizes [stage]', {
      description: 'show what runs of each stage needed, and what the next one starts with',
      action: async (stage: string | undefined, options: { since?: string }) =>
        (await import('./commands/sizes.js')).sizes(stage, options),
    })
    .option('--since <day>', 'go by runs from this day or moment on');
}

function addSchedules(program: Program): void {
  const group: Command = program.group('schedule', 'schedules that tempered.json declares');
  const commands = () => import('./commands/schedule.js');
  program
    .add(group, 'apply', {
      description: 'create and update the declared schedules',
      action: async ({ prune = false }: { prune?: boolean }) => (await commands()).applyDeclared({ prune }),
    })
    .option('--prune', 'delete those that are no longer declared');
  program.add(group, 'list', { description: 'list schedules', action: async () => (await commands()).list() });
  for (const name of ['pause', 'resume'] as const) {
    program
      .add(group, `${name} <name>`, {
        description: `${name} a schedule`,
        action: async (schedule: string, { note }: { note?: string }) => (await commands())[name](schedule, note),
      })
      .option('--note <text>', 'why');
  }
  program.add(group, 'trigger <name>', {
    description: 'start a run now, never beside a running one',
    action: async (name: string) => (await commands()).trigger(name),
  });
  program.add(group, 'delete <name>', {
    description: 'delete a schedule from the server',
    action: async (name: string) => (await commands()).remove(name),
  });
}

function addModels(program: Program): void {
  const group: Command = program.group('models', 'stored models and which of them is in use');
  const commands = () => import('./commands/models.js');
  program.add(group, 'list [model]', {
    description: 'list the versions of every model, or of one, with what was measured of them',
    action: async (model: string | undefined) => (await commands()).list(model),
  });
  program.add(group, 'show <model> [version]', {
    description:
      'show a version (an alias, a hash or its beginning; by default the champion) and every champion so far',
    action: async (model: string, version: string | undefined) => (await commands()).show(model, version),
  });
  program.add(group, 'promote <model> [version]', {
    description: 'make a version the champion, by default the one that was stored last',
    action: async (model: string, version: string | undefined) => (await commands()).promote(model, version),
  });
  program.add(group, 'rollback [model]', {
    description: 'make the champion before this one the champion again',
    action: async (model: string | undefined) => (await commands()).rollback(model),
  });
}

function addEndpoints(program: Program): void {
  const group: Command = program.group('endpoint', 'endpoints that runs have left running');
  const commands = () => import('./commands/endpoint.js');
  program.add(group, 'show <name>', {
    description: 'show how an endpoint is and where it answers',
    action: async (name: string) => (await commands()).show(name),
  });
  program.add(group, 'remove <name>', {
    description: 'end an endpoint; nothing of it is left',
    action: async (name: string) => (await commands()).remove(name),
  });
}

function addDemo(program: Program, io: Io): void {
  program
    .add(program.root, 'demo', {
      description: 'start the platform and run the salary pipeline on generated data',
      action: async (options: { rows: number; json?: boolean }) =>
        (await import('./commands/demo.js')).demo(io, options),
    })
    .option('--rows <n>', 'how many rows', wholeNumber(1), 1_000_000);
  program
    .add(program.root, 'demo-oom', {
      description: "run the published report's crash under recovery, blind retry and blind doubling, side by side",
      action: async (options: DemoOomOptions) => (await import('./commands/demo-oom.js')).demoOom(io, options),
    })
    .option('--rows <n>', 'how many rows', wholeNumber(1), 30_000_000)
    .option('--trees <n>', 'trees of the forest', wholeNumber(1), 500)
    .option('--memory <size>', 'limit of the process that the rows are gathered in', byteSize, '2GiB');
}
