import type { AwsProfile } from '../../contracts/platform-profiles.js';
import { silenceNodeNotice } from '../../storage/s3/node-notice.js';

/** Attempts of one call, throttled ones included: some 30 s of waiting. Then the activity's own retry goes on. */
const MAX_ATTEMPTS = 6;

/** No call of a control plane takes longer, and a connection that was cut without a word is seen. */
const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTION_TIMEOUT_MS = 5_000;

/** What every AWS client is opened with. Credentials and, where one is wanted, another endpoint come from the SDK's usual environment. */
export interface ClientSettings {
  readonly region: string;
  /** `adaptive` also slows this client down when the service refuses calls: many jobs are waited for by one worker. */
  readonly retryMode: 'adaptive';
  readonly maxAttempts: number;
  readonly customUserAgent: string;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/** The settings of every client of a profile. */
export function clientSettings({ region }: Pick<AwsProfile, 'region'>): ClientSettings {
  silenceNodeNotice();
  return {
    region,
    retryMode: 'adaptive',
    maxAttempts: MAX_ATTEMPTS,
    customUserAgent: 'tempered',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}

/** Makes something at its first use and keeps it; a failure is not kept. */
export function lazily<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
