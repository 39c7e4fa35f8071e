import type { Certainty, Region, Verdict, VerdictKind } from '../../contracts/verdict.js';
import type { Facts } from '../facts.js';
import type { Saying } from '../log/saying.js';

/** Where a statement was found. */
export interface Place {
  readonly facts: Facts;
  readonly saying: Saying;
  /** Threads, executors and neighbours of the statement, as text. */
  readonly context: string;
}

interface Outcome {
  readonly id: string;
  readonly kind: VerdictKind;
  readonly certainty: Certainty;
  readonly region: Region | null | ((place: Place) => Region);
  /** Where the signature is documented or was observed. */
  readonly source: string;
}

/** A row over the evidence's fields. The first row that matches decides. */
export interface FieldRule extends Outcome {
  /** The fact that matches, for people to read; null when the rule does not apply. */
  readonly match: (facts: Facts) => string | null;
}

/** A row over one statement of a log, an error message or a platform's reason. */
export interface TextRule extends Outcome {
  /**
   * Where the words must stand: `class`: class and message of an exception, whichever the class; `message`: the words of an exception
   * that speaks for itself, without what it quotes or only supposes, or a line; `statement`: a line of a runtime, an engine or the system.
   */
  readonly in: 'class' | 'message' | 'statement';
  readonly pattern: RegExp;
  /** The pattern is looked for only where a word of memory stands: it is a slow one. */
  readonly ofMemory?: true;
  /** What a line has to say besides, because anything may be printed; an exception ended something anyway. */
  readonly also?: RegExp;
  /** What none of it may say. */
  readonly unless?: RegExp;
  /** The text tells of what a manager does with a job after it failed: an earlier word of a cause explains it. */
  readonly aftermath?: true;
  /** The platform took a machine or a container away; the processes on it may be told of as killed. */
  readonly takesAway?: true;
  /** What must be known of the job besides. */
  readonly when?: (facts: Facts) => boolean;
  /** The text tells of a SIGKILL only: a kernel counter that stood still refutes it. */
  readonly toldKill?: true;
}

/** For `also`: only an exception is believed, or a platform; in a line the words may be a retry or a search's hit. */
export const ONLY_OF_EXCEPTIONS = /(?!)/;

/** A verdict of one rule. Quotes are cut to what a person reads. */
export function verdictOf(rule: Outcome, quote: string, place: Place): Verdict {
  const region = typeof rule.region === 'function' ? rule.region(place) : rule.region;
  return { kind: rule.kind, certainty: rule.certainty, region, evidence: [{ rule: rule.id, quote: shorten(quote) }] };
}

/** The first words of a statement. */
export function shorten(quote: string): string {
  const line = quote.replace(/\s+/g, ' ').trim();
  return line.length <= 240 ? line : `${line.slice(0, 237)}...`;
}
