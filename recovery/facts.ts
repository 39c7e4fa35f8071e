import type { Evidence, EvidenceEngine } from '../contracts/evidence.js';
import { boundText } from './log/bound-text.js';
import { flattenJson } from './log/flatten-json.js';
import type { LogRecord } from './log/log-record.js';
import { splitQuotedLog, type Told } from './log/quoted-log.js';
import { readLines } from './log/read-lines.js';
import { readRecords } from './log/read-records.js';

/** A platform's reason and an error's message are longer than a line only when a whole log is in them. */
const REASON = 16 * 1024;

/** Engines and services whose jobs are Spark's unless they say otherwise. */
const SPARK_ENGINES: ReadonlySet<string> = new Set(['spark', 'emr', 'emr-serverless', 'databricks', 'dataproc']);
const SPARK_WORDS =
  /org\.apache\.spark|pyspark|ExecutorLostFailure|\bspark\.\w|TaskSetManager|DAGScheduler|SparkContext/;

/** Evidence as rules read it: nothing absurd in it, the log taken apart once. */
export interface Facts {
  readonly engine: EvidenceEngine;
  readonly code: number | null;
  /** Also when a shell or a container turned it into a code above 128, or Python into a negative one. */
  readonly signal: string | null;
  /** Processes that the kernel killed for memory; null when nobody counted. */
  readonly oomKills: number | null;
  readonly reason: string;
  readonly errorClass: string | null;
  readonly errorMessage: string;
  readonly stopRequested: Evidence['stopRequested'];
  /** Nobody ended a process of it, says its platform; so who sent SIGKILL was the kernel. */
  readonly isUnasked: boolean;
  readonly records: readonly LogRecord[];
  /** Statements within the platform's reason. */
  readonly reasonRecords: readonly LogRecord[];
  /** Statements within a message that no class of an exception heads. */
  readonly messageRecords: readonly LogRecord[];
  /** A Spark program's words, whatever platform ran it. */
  readonly isSpark: boolean;
  /** The log is of one executor, which runs tasks and schedules none. */
  readonly isExecutorsLog: boolean;
  /** Spark with driver and tasks in one JVM. */
  readonly isLocalSpark: boolean;
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** Reads evidence of any origin: what has the wrong type or is absurd counts as missing. */
export function factsOf(evidence: Evidence): Facts {
  const told = splitQuotedLog(flattenJson(text(evidence.reason)));
  const reason = told.words.slice(0, REASON);
  const errorClass = text(evidence.errorClass).slice(0, 300).trim();
  const message = messageOf(flattenJson(text(evidence.errorMessage)), errorClass);
  const errorMessage = message.words.slice(0, REASON);
  const log = [text(evidence.logTail), told.log, message.log].filter((part) => part !== '').join('\n');
  const code = wholeNumber(evidence.exit?.code);
  const lines = readLines(log);
  const raw = `${boundText(log)}\n${reason}\n${errorMessage}`;
  return {
    engine: evidence.engine,
    code,
    signal: signalOf(code, text(evidence.exit?.signal)),
    oomKills: countOf(evidence.kernel?.oomKillDelta),
    reason,
    errorClass: errorClass === '' ? null : errorClass,
    errorMessage,
    stopRequested: evidence.stopRequested,
    isUnasked: evidence.unasked === true && !evidence.stopRequested,
    records: readRecords(lines),
    reasonRecords: readRecords(readLines(reason)),
    messageRecords: errorClass === '' || isErrorCode(errorClass) ? readRecords(readLines(errorMessage)) : [],
    isSpark: SPARK_ENGINES.has(evidence.engine) || SPARK_WORDS.test(raw),
    // A job's own account is its driver's, as is a stack that passed from the JVM to Python.
    isExecutorsLog:
      (errorClass === '' || isErrorCode(errorClass)) &&
      /\bExecutor: (?:Running|Finished) task\b|\bCoarseGrainedExecutorBackend:/.test(raw) &&
      !/\bDAGScheduler\b|\bpy4j\b/i.test(raw),
    isLocalSpark: /\bexecutor driver\b|\blocal\[[\d*]/.test(raw),
  };
}

/** `UNABLE_TO_ACQUIRE_MEMORY`, `UDF_PYSPARK_ERROR.OOM`: what engines and services write where a class is asked for. */
export function isErrorCode(errorClass: string): boolean {
  return /^[A-Z][A-Z\d]*(?:[_.][A-Z\d]+)+$/.test(errorClass);
}

/** Several lines without a class above them are a log. */
function messageOf(message: string, errorClass: string): Told {
  if (errorClass !== '' && !isErrorCode(errorClass)) return { words: message, log: '' };
  const whole = message.trim();
  const told = splitQuotedLog(whole);
  const announced = /^[^\n]*:[ \t]*\n?$/.test(told.words);
  return whole.includes('\n') && !announced ? { words: '', log: whole } : told;
}

/** True for evidence of a Spark program, whatever platform ran it. */
export function isSparkIn(evidence: Evidence): boolean {
  return factsOf(evidence).isSpark;
}

/** The exit code or signal in words. */
export function exitText({ code, signal }: Facts): string {
  if (signal !== null) return code === null || code === 0 ? signal : `${signal} (exit code ${String(code)})`;
  return code === null ? 'no exit code' : `exit code ${String(code)}`;
}

function signalOf(code: number | null, named: string): string | null {
  const name = named.trim().toUpperCase();
  if (/^(?:SIG)?[A-Z]{2,6}$/.test(name)) return name.startsWith('SIG') ? name : `SIG${name}`;
  if (/^\d{1,2}$/.test(name)) return SIGNALS[Number(name)] ?? null;
  if (code === null) return null;
  if (code < 0) return SIGNALS[-code] ?? null;
  return code > 128 ? (SIGNALS[code - 128] ?? null) : null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}

function countOf(value: unknown): number | null {
  const count = wholeNumber(value);
  return count !== null && count >= 0 ? count : null;
}
