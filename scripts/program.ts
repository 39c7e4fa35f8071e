import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { BYTES_PATTERN } from '../contracts/bytes.js';
import { TemperedError } from '../contracts/failure.js';
import type { Answer, Io } from './io.js';
import { runCommand } from './run-command.js';

/** What a command does, given its arguments and options as commander parsed them. */
export type Action = (...given: never[]) => Promise<Answer>;

/** A commander program that writes to given streams, never ends the process, and keeps the exit code of its command. */
export class Program {
  readonly root: Command;
  private exitCode = 0;

  constructor(
    name: string,
    description: string,
    private readonly io: Io,
  ) {
    this.root = this.tame(new Command(name)).description(description).helpCommand(false);
  }

  /** Adds a command with `--json`; its action's answer is printed, its errors become exit codes. */
  add(
    parent: Command,
    nameAndArguments: string,
    { description, action }: { readonly description: string; readonly action: Action },
  ): Command {
    const command = this.tame(parent.command(nameAndArguments))
      .description(description)
      .option('--json', 'print one JSON document');
    // commander passes the arguments, then the options, then the command itself; each action declares what it takes.
    const untyped = action as (...given: unknown[]) => Promise<Answer>;
    return command.action(async (...given: unknown[]) => {
      const json = command.opts<{ json?: boolean }>().json === true;
      this.exitCode = await runCommand(this.io, json, () => untyped(...given.slice(0, -1)));
    });
  }

  /** A command that only holds others, as `tempered schedule`. */
  group(name: string, description: string): Command {
    return this.tame(this.root.command(name)).description(description).helpCommand(false);
  }

  /** Runs the command line to its exit code. */
  async run(argv: readonly string[]): Promise<number> {
    try {
      await this.root.parseAsync(argv, { from: 'user' });
      return this.exitCode;
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === 0 || error.code === 'commander.help') return error.exitCode === 0 ? 0 : 2;
      const wrong = new TemperedError('WRONG_INPUT', error.message.replace(/^error: /, ''), {
        advice: `see: ${this.root.name()} --help`,
      });
      return runCommand(this.io, argv.includes('--json'), () => Promise.reject(wrong));
    }
  }

  private tame(command: Command): Command {
    return command.exitOverride().configureOutput({
      writeOut: (text) => this.io.stdout.write(text),
      writeErr: (text) => this.io.stderr.write(text),
      outputError: () => undefined, // printed once, as every other error
    });
  }
}

/** Parses a whole number of an option. */
export function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`allowed is a whole number from ${String(least)}.`);
  };
}

/** Checks a size of an option, as `2GiB`; it stays text. */
export function byteSize(text: string): string {
  if (BYTES_PATTERN.test(text)) return text;
  throw new InvalidArgumentError('allowed is a number and B, KiB, MiB, GiB or TiB, as 2GiB.');
}

/** Collects an option that may be given many times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
