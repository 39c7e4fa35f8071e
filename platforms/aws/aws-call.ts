import { assertNever } from '../../contracts/assert-never.js';
import { type FailureCode, TemperedError } from '../../contracts/failure.js';
import { type AwsFault, faultOf, wordsOf } from './aws-fault.js';

/** A call of an AWS service, in words. */
export interface AwsCall {
  /** What is done, as `start etl on EMR Serverless`. */
  readonly action: string;
  readonly region: string;
  /**
   * Fields of `tempered.json` that such a call takes its names from: what is asked for, and the role that the service assumes. Given while
   * nothing is at stake, so that the run ends at once with what to correct. A call about a job that is already there gives none: it is
   * tried until somebody has put things right, since a run that ended would leave the job behind.
   */
  readonly fields?: { readonly subject: string; readonly role?: string; readonly sent?: readonly SentField[] };
}

/** A field of `tempered.json` whose value is sent with a call: a refusal that quotes the value is about that field. */
export interface SentField {
  readonly field: string;
  readonly found: string;
  /** What may stand there, as `a release of EMR, as emr-7.13.0`. */
  readonly allowed: string;
}

/**
 * Makes a call of an AWS service.
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` or `WRONG_INPUT`, with the service's own words and what to do; the SDK's error is its cause
 */
export async function callAws<T>(call: AwsCall, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw toTemperedError(error, call);
  }
}

/** The error of a call in our own terms; what is one already stays. */
export function toTemperedError(error: unknown, call: AwsCall): TemperedError {
  if (error instanceof TemperedError) return error;
  const { code, why, field, advice } = explain(error, call);
  return new TemperedError(
    code,
    `cannot ${call.action} in ${call.region}: ${why} (${shortened(wordsOf(error))})`,
    { advice, ...(field !== undefined && { field }) },
    { cause: error },
  );
}

interface Explanation {
  readonly code: FailureCode;
  readonly why: string;
  readonly field?: string | undefined;
  readonly advice: string;
}

/** A message that speaks of the role that the service assumes, not of the caller's. */
const SPEAKS_OF_ROLE =
  /assume|pass ?role|execution ?role|service ?role|roleArn|\brole\b.{0,60}(?:invalid|not exist|trust)/i;

/** A service lists all that it would take, which may be hundreds of names. */
const LONGEST_WORDS = 600;

/** What a wrong value is answered with. */
const REFUSALS: readonly AwsFault[] = ['denied', 'absent', 'invalid'];

function explain(error: unknown, { fields, region }: AwsCall): Explanation {
  const fault = faultOf(error);
  const wrong: FailureCode = fields ? 'WRONG_INPUT' : 'PLATFORM_UNAVAILABLE';
  const { role, subject, sent = [] } = fields ?? {};
  if (role !== undefined && (fault === 'denied' || fault === 'invalid') && SPEAKS_OF_ROLE.test(wordsOf(error))) {
    return {
      code: wrong,
      why: 'its role cannot be used',
      field: role,
      advice: `correct ${role} in tempered.json, let the service assume that role, and allow the worker iam:PassRole on it`,
    };
  }
  const quoted = REFUSALS.includes(fault) ? sent.find(({ found }) => quotes(wordsOf(error), found)) : undefined;
  if (quoted) {
    const { field, found, allowed } = quoted;
    const why = `${field}: found ${JSON.stringify(found)}, allowed is ${allowed}`;
    return { code: wrong, why, field, advice: `correct ${field} in tempered.json` };
  }
  switch (fault) {
    case 'throttled':
      return {
        code: 'PLATFORM_UNAVAILABLE',
        why: 'too many requests',
        advice: 'wait; ask AWS for a higher request rate if it lasts',
      };
    case 'credentials':
      return {
        code: 'PLATFORM_UNAVAILABLE',
        why: 'the credentials of this process are missing or no longer valid',
        advice: 'renew the credentials of the jobs worker (aws sso login, or its role); the run goes on by itself',
      };
    case 'denied':
      return {
        code: wrong,
        why: 'the credentials of this process do not allow it',
        field: subject,
        advice: 'allow the action that the message names to the jobs worker: npx tempered doctor',
      };
    case 'absent':
      return {
        code: wrong,
        why: 'it is not there',
        field: subject,
        advice: `correct ${subject ?? 'what the message names'} in tempered.json, or aws.region, now ${region}`,
      };
    case 'capacity':
      return {
        code: 'PLATFORM_UNAVAILABLE',
        why: 'no capacity or quota is left',
        advice: 'ask AWS for more quota, or wait until other jobs are over',
      };
    case 'conflict':
      return {
        code: 'PLATFORM_UNAVAILABLE',
        why: 'it is changing right now',
        advice: 'wait: the run goes on by itself',
      };
    case 'invalid':
      return {
        code: wrong,
        why: 'the service does not take it',
        field: subject,
        advice: 'correct in tempered.json what the message names: npx tempered doctor',
      };
    case 'unreachable':
      return {
        code: 'PLATFORM_UNAVAILABLE',
        why: 'the service does not answer',
        advice: 'check the network, aws.region and AWS_ENDPOINT_URL; the run goes on by itself',
      };
    default:
      return assertNever('fault', fault);
  }
}

/** True for a text that has the value in it, and not as a part of a longer name. */
function quotes(text: string, value: string): boolean {
  const at = text.indexOf(value);
  if (value === '' || at === -1) return false;
  const around = [text[at - 1], text[at + value.length]];
  return around.every((letter) => letter === undefined || !/[\w-]/.test(letter));
}

function shortened(words: string): string {
  return words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS)}...` : words;
}
