import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../settings/home.js';
import type { Ended } from './platform.js';

/** A guide cut into what a reader would copy. */
export interface Guide {
  /** Code under a line that is nothing but a file name. */
  readonly files: readonly { readonly path: string; readonly language: string; readonly text: string }[];
  /** What is to be typed, a block each. */
  readonly commands: readonly string[];
}

/** Reads a guide. @param name its path in `docs/guides` */
export async function readGuide(name: string): Promise<Guide> {
  const text = await readFile(join(projectRoot, 'docs', 'guides', name), 'utf8');
  const files = [...text.matchAll(/^`([^`\n]+)`\n\n```(\w+)\n(.*?)^```$/gms)];
  const commands = [...text.matchAll(/^```sh\n(.*?)^```$/gms)];
  return {
    files: files.map(([, path = '', language = '', content = '']) => ({ path, language, text: content })),
    commands: commands.map(([, content = '']) => content),
  };
}

/** A folder of a user's own, beside a link to this checkout, outside of it and with nothing of its environment. */
export interface UserFolder {
  readonly path: string;
  /** Runs shell commands in the folder as they are written, to their end. */
  readonly shell: (commands: string) => Promise<Ended>;
  readonly write: (name: string, text: string) => Promise<void>;
}

/** Makes such a folder, takes down what was brought up in it, and removes it. @param name the folder that the guide makes */
export async function withUserFolder<T>(name: string, use: (folder: UserFolder) => Promise<T>): Promise<T> {
  const above = await realpath(await mkdtemp(join(tmpdir(), 'tempered-user-')));
  const path = join(above, name);
  await symlink(projectRoot, join(above, 'tempered'));
  const shell = (commands: string) => run(path, commands);
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  };
  try {
    await mkdir(path);
    return await use({ path, shell, write });
  } finally {
    await shell(`node ${join(projectRoot, 'bin', 'tempered.mjs')} down`);
    await rm(above, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function run(cwd: string, commands: string): Promise<Ended> {
  const own = Object.entries(process.env).filter(([name]) => !/^(TEMPERED|TEMPORAL|NODE)_/.test(name));
  const child = spawn('bash', ['-euc', commands], {
    cwd,
    env: { ...Object.fromEntries(own), npm_config_offline: 'true', npm_config_audit: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}
