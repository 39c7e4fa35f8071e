import { describe, expect, test } from '@jest/globals';
import { type AwsCall, callAws } from './aws-call.js';
import { faultOf } from './aws-fault.js';

/** An error as the SDK throws it for an answer of a service. */
function answered(name: string, message: string, status = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

test.each([
  [answered('ThrottlingException', 'Rate exceeded'), 'throttled'],
  [answered('TooManyRequestsException', ''), 'throttled'],
  [answered('RequestLimitExceeded', ''), 'throttled'],
  [answered('ExpiredTokenException', 'The security token included in the request is expired', 403), 'credentials'],
  [
    answered('UnrecognizedClientException', 'The security token included in the request is invalid.', 403),
    'credentials',
  ],
  [
    Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }),
    'credentials',
  ],
  [answered('AccessDeniedException', 'User is not authorized to perform: emr-serverless:StartJobRun', 403), 'denied'],
  [answered('ServiceQuotaExceededException', ''), 'capacity'],
  [answered('ResourceLimitExceeded', 'The account-level service limit is 0 Instances'), 'capacity'],
  [answered('ResourceNotFoundException', '', 404), 'absent'],
  [answered('InvalidRequestException', "Cluster id 'j-1' is not valid."), 'absent'],
  [answered('ValidationException', 'Could not find requested job with name: etl'), 'absent'],
  [answered('ValidationException', 'Could not find model "arn:aws:sagemaker:x:1:model/quota-exceeded".'), 'absent'],
  [answered('ValidationException', 'Exceeded your quota of 2 ml.m6i.large'), 'capacity'],
  [
    answered('ValidationException', 'Cannot create already existing model "arn:aws:sagemaker:x:1:model/air".'),
    'conflict',
  ],
  [answered('ValidationException', 'Invalid release label'), 'invalid'],
  [answered('InternalServerException', 'We encountered an internal error', 500), 'unreachable'],
  [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'unreachable'],
  [Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), 'unreachable'],
] as const)('%s is %s', (error, fault) => {
  expect(faultOf(error)).toBe(fault);
});

describe('a call that fails', () => {
  const fields = { subject: 'emrServerless.applicationId', role: 'emrServerless.executionRole' };
  const call = { action: 'start etl on EMR Serverless', region: 'eu-central-1' };
  const failing = (error: Error, named: Pick<AwsCall, 'fields'> = {}) =>
    callAws({ ...call, ...named }, () => Promise.reject(error));

  test('for a role that nobody can assume names the field of the role', async () => {
    const error = answered('ValidationException', 'Execution role arn:aws:iam::1:role/x cannot be assumed');
    await expect(failing(error, { fields })).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      details: { field: 'emrServerless.executionRole' },
      cause: error,
    });
  });

  test('for a role of another account names its field too', async () => {
    const error = answered('AccessDeniedException', 'Cross-account pass role is not allowed.', 403);
    await expect(failing(error, { fields })).rejects.toMatchObject({
      details: { field: 'emrServerless.executionRole' },
    });
  });

  describe('with a value of tempered.json in its words', () => {
    const sent = [{ field: 'emr.create.releaseLabel', found: 'emr-7.9', allowed: 'a release of EMR' }];
    const refused = (message: string) =>
      failing(answered('ValidationException', message), { fields: { ...fields, sent } });

    test('names the field, what was found and what is allowed', async () => {
      await expect(refused('The supplied release label is invalid: emr-7.9.')).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringContaining(
          'emr.create.releaseLabel: found "emr-7.9", allowed is a release of EMR',
        ) as unknown,
        details: { field: 'emr.create.releaseLabel' },
      });
    });

    test('does not take a longer name for it', async () => {
      await expect(refused('xemr-7.9 and emr-7.9-beta are invalid')).rejects.toMatchObject({
        details: { field: fields.subject },
      });
    });

    test('is cut where the service lists everything that it would take', async () => {
      const error: unknown = await refused(`Member must be in [${'ml.m6i.large, '.repeat(500)}]`).catch(
        (caught: unknown) => caught,
      );
      expect(String(error).length).toBeLessThan(1_000);
    });
  });

  test('for an application that is not there names its field and the region', async () => {
    const error = answered('ResourceNotFoundException', 'Application 00f1 does not exist', 404);
    await expect(failing(error, { fields })).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringMatching(
        /cannot start etl on EMR Serverless in eu-central-1: it is not there \(Resource/,
      ) as unknown,
      details: { field: 'emrServerless.applicationId', advice: expect.stringContaining('aws.region') as unknown },
    });
  });

  test.each(['ThrottlingException', 'ExpiredTokenException', 'ServiceQuotaExceededException', 'ConflictException'])(
    'with %s is tried again',
    async (name) => {
      await expect(failing(answered(name, ''), { fields })).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
    },
  );

  test('about a job that is already there never ends the run, whatever is wrong', async () => {
    await expect(failing(answered('AccessDeniedException', '', 403))).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
    });
  });
});
