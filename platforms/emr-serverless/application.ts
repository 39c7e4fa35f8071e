import type { Application } from '@aws-sdk/client-emr-serverless';
import { assertNever } from '../../contracts/assert-never.js';
import { TemperedError } from '../../contracts/failure.js';
import type { Reservation } from '../aws/requirement.js';

const FIELD = 'emrServerless.applicationId';

/** Releases with Spark 3.5 or later, which our jobs need: emr-7 and the Spark 4 line. */
const RELEASES = /^emr-(?:[7-9]|\d\d)\.|^emr-spark-/;

/**
 * Says whether an application can run our jobs.
 * @throws {TemperedError} `WRONG_INPUT` when it never will as it is; `PLATFORM_UNAVAILABLE` while it changes
 */
export function checkApplication(id: string, application: Partial<Application> | undefined): string | Reservation {
  const { type, releaseLabel = 'unknown', state, stateDetails, autoStartConfiguration } = application ?? {};
  if (type !== undefined && type.toLowerCase() !== 'spark') {
    throw wrong(`the application ${id} runs ${type}, and our jobs need Spark`, 'name a Spark application');
  }
  const found = `${state?.toLowerCase() ?? 'state unknown'}, ${releaseLabel}`;
  const startsItself = autoStartConfiguration?.enabled ?? true;
  switch (state) {
    case 'STARTED':
    case 'STARTING':
    case 'CREATING':
      break;
    case 'CREATED':
    case 'STOPPED':
      if (startsItself) break;
      throw wrong(
        `the application ${id} is not started, and does not start by itself`,
        `aws emr-serverless start-application --application-id ${id}, or switch its auto-start on`,
      );
    case 'STOPPING':
      throw new TemperedError('PLATFORM_UNAVAILABLE', `the application ${id} is stopping right now`, {
        advice: 'wait: the run goes on by itself',
      });
    case 'TERMINATED':
      throw wrong(`the application ${id} is terminated${stateDetails ? `: ${stateDetails}` : ''}`, 'name another one');
    case undefined:
      break;
    default:
      return assertNever('state', state);
  }
  if (RELEASES.test(releaseLabel)) return found;
  return { found, remedy: 'our jobs are made for emr-7 and later (Spark 3.5): choose another release' };
}

function wrong(message: string, advice: string): TemperedError {
  return new TemperedError('WRONG_INPUT', message, { field: FIELD, advice });
}
