import { describe, expect, test } from '@jest/globals';
import type { Cluster, StepState as State, StepStatus } from '@aws-sdk/client-emr';
import { classify } from '../../recovery/classify.js';
import { clusterEnd } from './cluster-end.js';
import { stepState, type StepSurroundings } from './step-state.js';

const started = { StartDateTime: new Date(1_000), EndDateTime: new Date(61_000) };
const stepIn = (State: State, more: StepStatus = {}) => ({ Status: { State, Timeline: started, ...more } });

function ended(
  Code: string,
  Message: string,
  ErrorDetails: { ErrorCode: string; ErrorMessage: string }[] = [],
): Cluster {
  const StateChangeReason = { Code: Code as 'INTERNAL_ERROR', Message };
  return { Id: 'j-1', Status: { State: 'TERMINATED_WITH_ERRORS', StateChangeReason, ErrorDetails } };
}

const alive: Cluster = { Id: 'j-1', Status: { State: 'WAITING' } };

describe('a step', () => {
  test.each([
    [stepIn('PENDING'), { kind: 'queued' }],
    [stepIn('RUNNING'), { kind: 'running', isStopping: false }],
    [stepIn('CANCEL_PENDING'), { kind: 'running', isStopping: true }],
    [stepIn('COMPLETED'), { kind: 'succeeded', seconds: 60 }],
    [stepIn('CANCELLED'), { kind: 'stopped', seconds: 60 }],
    [stepIn('INTERRUPTED'), { kind: 'failed', reason: 'lost: the step was interrupted' }],
  ])('%j on a cluster that lives is %j', (step, then) => {
    expect(stepState('s-1', step, { cluster: alive })).toMatchObject(then);
  });

  test('that failed has the reason of the service, but never its "Unknown Error"', () => {
    const failure = (Reason: string, Message?: string) =>
      stepState('s-1', stepIn('FAILED', { FailureDetails: { Reason, ...(Message !== undefined && { Message }) } }), {
        cluster: alive,
      });
    expect(failure('Exception in main', 'java.lang.OutOfMemoryError')).toMatchObject({
      reason: 'Exception in main: java.lang.OutOfMemoryError',
      hasLog: true,
    });
    expect(failure('Unknown Error.')).toMatchObject({ reason: null, hasLog: true });
    expect(failure('Unknown Error.', 'exit 52')).toMatchObject({ reason: 'exit 52' });
  });

  test('that never started has no log to wait for', () => {
    const status: StepStatus = { State: 'CANCELLED', Timeline: {} };
    const cluster = ended('BOOTSTRAP_FAILURE', 'action 1 returned 1');
    const state = stepState('s-1', { Status: status }, { cluster });
    expect(state).toMatchObject({ kind: 'failed', hasLog: false });
  });
});

describe('a step that failed', () => {
  test.each([
    {
      given: 'on a cluster that lives, with all its machines',
      more: { cluster: alive, lostMachines: [] },
      unasked: true,
    },
    { given: 'while a machine was taken', more: { cluster: alive, lostMachines: ['i-1'] }, unasked: undefined },
    { given: 'where nobody may list the machines', more: { cluster: alive }, unasked: undefined },
    {
      given: 'on a cluster that was ended',
      more: { cluster: ended('USER_REQUEST', 'Terminated by user request'), lostMachines: [] },
      unasked: undefined,
    },
  ])('$given: nobody asked for its end: $unasked', ({ more, unasked }) => {
    const state = stepState('s-1', stepIn('FAILED', { FailureDetails: { Reason: 'Unknown Error.' } }), more);
    expect(state).toMatchObject({ kind: 'failed' });
    expect(state.kind === 'failed' && state.unasked).toBe(unasked);
  });

  test('with SIGKILL ran out of memory where nobody asked for its end, and was lost where its cluster had ended', () => {
    const step = stepIn('FAILED', { FailureDetails: { Reason: 'Unknown Error.' } });
    const verdictOn = (more: StepSurroundings) => {
      const state = stepState('s-1', step, more);
      if (state.kind !== 'failed') throw new Error(state.kind);
      const { reason, unasked = null } = state;
      return classify({ engine: 'emr', reason, unasked, exit: { code: 137 }, stopRequested: null });
    };
    expect(verdictOn({ cluster: alive, lostMachines: [] })).toMatchObject({
      kind: 'out-of-memory',
      certainty: 'probable',
      region: 'host',
    });
    expect(verdictOn({ cluster: alive, lostMachines: ['i-1'] })).toMatchObject({ kind: 'unknown' });
    expect(verdictOn({ cluster: ended('INSTANCE_FAILURE', 'The master failed') })).toMatchObject({ kind: 'lost' });
    expect(verdictOn({ cluster: ended('USER_REQUEST', 'Terminated by user request') })).toMatchObject({ kind: 'lost' });
  });
});

describe('a step that a cluster takes with it', () => {
  test.each([
    {
      given: 'no capacity',
      cluster: ended('INTERNAL_ERROR', 'EC2 has insufficient capacity for m6i.xlarge in eu-central-1a.'),
      verdict: 'capacity',
    },
    {
      given: 'no capacity, told by its code alone',
      cluster: ended('INTERNAL_ERROR', 'Provisioning failed', [
        { ErrorCode: 'INTERNAL_ERROR_EC2_INSUFFICIENT_CAPACITY_AZ', ErrorMessage: 'see EC2' },
      ]),
      verdict: 'capacity',
    },
    {
      given: 'no quota',
      cluster: ended('VALIDATION_ERROR', 'The request exceeds your vCPU limit of 0 for this instance type'),
      verdict: 'capacity',
    },
    { given: 'a bootstrap failure', cluster: ended('BOOTSTRAP_FAILURE', 'action 1 returned 1'), verdict: 'bug' },
    {
      given: 'a role that EMR cannot use',
      cluster: ended('VALIDATION_ERROR', 'Service role is invalid'),
      verdict: 'bug',
    },
    { given: 'machines that were taken', cluster: ended('INSTANCE_FAILURE', 'The master failed'), verdict: 'lost' },
    { given: 'somebody who ended it', cluster: ended('USER_REQUEST', 'Terminated by user request'), verdict: 'lost' },
  ])('for $given is $verdict, and never memory', ({ cluster, verdict }) => {
    const state = stepState('s-1', stepIn('CANCELLED'), { cluster });
    expect(state.kind).toBe('failed');
    const reason = state.kind === 'failed' ? state.reason : null;
    expect(classify({ engine: 'emr', reason, exit: null, stopRequested: null }).kind).toBe(verdict);
  });
});

test('a cluster that takes steps has no end', () => {
  expect(clusterEnd(alive)).toBeNull();
});
