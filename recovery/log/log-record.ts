import type { Level } from './line.js';
import { type Saying, sayingOf } from './saying.js';

/**
 * How far a record can be trusted to be the end of the process: `death` is what a runtime prints when nothing caught it,
 * `said` was logged as an error, `bare` was printed without a stack near the end, `hint` may have been survived.
 */
export type Rank = 'death' | 'said' | 'bare' | 'hint';

/** What was logged at once: a line, or a stack trace with its causes. */
export interface LogRecord {
  readonly rank: Rank;
  /** The outermost statement first, then its causes. */
  readonly sayings: readonly Saying[];
  /** Thread, executor and similar words, for rules that ask where it happened. */
  readonly context: string;
  /** The outermost exception was raised while the one below was handled: that one may have been survived. */
  readonly raisedInHandler: boolean;
}

type Form = 'line' | 'python' | 'jvm' | 'thrown';
type Relation = 'own' | 'cause' | 'handled';

/** Lines of an exception's message after its first. */
const MESSAGE_LINES = 10;
const CONTEXT = 600;

/** A record while its lines are being read. */
export class RecordBuilder {
  #sayings: Saying[] = [];
  #context = '';
  #tail = 0;
  #frames = false;
  #relation: Relation = 'own';
  #discounted = false;
  #handling = false;
  #wasLast = false;
  #carried = false;
  /** A Python traceback has begun; the next line that is not indented is the exception. */
  awaiting = false;

  constructor(
    readonly form: Form,
    readonly level: Level | null,
    readonly main: boolean,
  ) {}

  get isEmpty(): boolean {
    return this.#sayings.length === 0;
  }

  get hasFrames(): boolean {
    return this.#frames;
  }

  /** The next traceback belongs to this record. */
  get isRelating(): boolean {
    return this.#relation !== 'own';
  }

  /** The message of the last statement ends in a colon: what comes next is what it announces. */
  get isAnnouncing(): boolean {
    return this.form !== 'line' && /:\s*$/.test(this.last?.message ?? '');
  }

  get last(): Saying | undefined {
    return this.#sayings.at(-1);
  }

  /**
   * Frames of a stack: the statement before them was thrown. A logger writes a stack under one level; where every line of it has
   * its own, the level is of a transport that carries what a child printed.
   */
  sawFrame(level: Level | null = null): void {
    if (level !== null) this.#carried = true;
    this.#frames = true;
    this.#tail = MESSAGE_LINES;
  }

  /** Hardly anything follows in the log. */
  wasLast(): void {
    this.#wasLast = true;
  }

  /** What follows is related to what was said so far. */
  relate(relation: Relation): void {
    this.#relation = relation;
  }

  /** Nothing of this record counts: Python ignored it, or the program says that it went on. */
  discount(): void {
    this.#discounted = true;
  }

  noteContext(text: string): void {
    if (this.#context.length < CONTEXT) this.#context += ` ${text.slice(0, CONTEXT)}`;
  }

  /** Adds a statement below the last one, or above all when it was raised because of them. */
  say(text: string, thrown = false): void {
    const saying = sayingOf(text, thrown);
    this.noteContext(text);
    this.#tail = 0;
    const relation = this.#relation;
    this.#relation = 'own';
    if (relation === 'own') this.#sayings.push(saying);
    else this.#sayings.unshift(saying);
    if (relation === 'handled') this.#handling = true;
  }

  /** Adds a line to the message of the last statement; false when its message is over. */
  continueMessage(text: string): boolean {
    const last = this.#sayings.pop();
    if (last === undefined) return false;
    this.#sayings.push(last);
    if (this.#tail >= MESSAGE_LINES) return false;
    this.#tail += 1;
    this.#sayings[this.#sayings.length - 1] = {
      ...last,
      text: `${last.text}\n${text}`,
      message: `${last.message}\n${text}`,
    };
    return true;
  }

  /** Adds the second half of the last statement. */
  extend(text: string): void {
    const last = this.#sayings.pop();
    if (last !== undefined) this.#sayings.push(sayingOf(`${last.text} ${text}`));
  }

  build(): LogRecord | null {
    if (this.#discounted || this.#sayings.length === 0) return null;
    return { rank: this.#rank(), sayings: this.#sayings, context: this.#context, raisedInHandler: this.#handling };
  }

  #rank(): Rank {
    if (this.#carried) return this.main ? 'death' : 'said';
    if (this.level === 'quiet') return 'hint';
    if (this.level === 'error') return 'said';
    if (this.form === 'line') return this.level === 'fatal' ? 'death' : 'bare';
    if (!this.main) return 'said';
    if (this.form === 'python' || this.#frames) return 'death';
    return this.#wasLast ? 'bare' : 'hint';
  }
}
