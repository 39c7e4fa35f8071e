import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Docker and podman take the same words, and each run is a container of its own. */
const engine = (program) => ({
  works: [program, 'info'],
  open: (image) => image,
  run: (options, image, command) => [program, 'run', '--rm', ...options, image, ...command],
  close: () => undefined,
});

/** How to work with each, in the order in which they are looked for. Buildah needs no engine; its one container is run in again and again. */
const BUILDERS = {
  docker: engine('docker'),
  podman: engine('podman'),
  buildah: {
    works: ['buildah', 'info'],
    open: (image) => execute(['buildah', 'from', '--pull-never', image]).result.trim(),
    run: (options, container, command) => ['buildah', 'run', ...options, '--', container, ...command],
    close: (container) => execute(['buildah', 'rm', container]),
  },
};

/** Gives a command SIGTERM once it is told to: buildah hands on no signal. Its exit code is the command's. */
const UNTIL_TOLD = `
"$@" & command=$!
while kill -0 $command && ! [ -e /told/end ]; do sleep 0.2; done 2>/dev/null
kill -TERM $command
wait $command`;

/** The first builder that works here; undefined when none does. @returns {Builder | undefined} */
export function findBuilder() {
  const name = Object.keys(BUILDERS).find((each) => execute(BUILDERS[each].works).status === 0);
  return name && new Builder(name);
}

/** @typedef {{ status: number | null, result: string, output: string }} Ended a command that has ended: `result` is its stdout, `output` all that was said */

/** Builds one image and runs commands in it, on the network of this machine. */
class Builder {
  #ways;
  #opened;
  #started = new Set();

  constructor(name) {
    this.name = name;
    this.#ways = BUILDERS[name];
  }

  /** What is said goes to this process's output. @returns {boolean} whether it was built */
  build({ file, context, tag, args }) {
    const given = Object.entries(args).map(([key, value]) => `--build-arg=${key}=${value}`);
    const [program, ...rest] = [this.name, 'build', `--file=${file}`, `--tag=${tag}`, ...given, context];
    const { status } = spawnSync(program, rest, { stdio: 'inherit' });
    if (status === 0) this.#opened = this.#ways.open(tag);
    return status === 0;
  }

  /** Runs a command in the image to its end. @returns {Ended} */
  run(how) {
    return execute(this.#commandLine(how));
  }

  /** Starts a command in the image; what it answers ends it. @returns {() => Promise<Ended>} */
  start({ command, volumes = {}, ...how }) {
    const folder = mkdtempSync(join(tmpdir(), 'tempered-told-'));
    chmodSync(folder, 0o755); // whoever runs there may look
    const [program, ...args] = this.#commandLine({
      ...{ ...how, volumes: { ...volumes, '/told': folder } },
      command: ['sh', '-c', UNTIL_TOLD, 'sh', ...command],
    });
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { result: '', output: '' };
    child.stdout.on('data', (text) => (said.result += text));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said.output += text));
    const closed = once(child, 'close');
    const end = async () => {
      this.#started.delete(end);
      writeFileSync(join(folder, 'end'), '');
      const [status] = await closed;
      rmSync(folder, { recursive: true });
      return { status, ...said };
    };
    this.#started.add(end);
    return end;
  }

  /** Ends what still runs, and removes what was made to run it. */
  async close() {
    await Promise.all([...this.#started].map((end) => end()));
    if (this.#opened !== undefined) this.#ways.close(this.#opened);
  }

  /** @param {{ command: string[], user?: string, env?: Record<string, string>, volumes?: Record<string, string> }} how volumes: folder of this machine by its place inside */
  #commandLine({ command, user = '1000', env = {}, volumes = {} }) {
    const options = [
      '--network=host',
      `--user=${user}`,
      ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
      ...Object.entries(volumes).map(([inside, folder]) => `--volume=${folder}:${inside}`),
    ];
    return this.#ways.run(options, this.#opened, command);
  }
}

/** @returns {Ended} */
function execute([program, ...args]) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  return error ? { status, result: '', output: error.message } : { status, result: stdout, output: stdout + stderr };
}
