import type * as EmrSdk from '@aws-sdk/client-emr';
import type { EMRClient } from '@aws-sdk/client-emr';
import type { AwsProfile } from '../../contracts/platform-profiles.js';
import { type AwsCall, callAws } from '../aws/aws-call.js';
import { clientSettings, lazily } from '../aws/client-settings.js';

/** The SDK and two clients of it. */
export interface Emr {
  readonly sdk: typeof EmrSdk;
  readonly client: EMRClient;
  /** Sends each request once: for those that EMR has no token for. */
  readonly once: EMRClient;
}

/** Makes calls of EMR; the SDK is loaded by the first. */
export class EmrCaller {
  readonly #emr: () => Promise<Emr>;

  constructor(private readonly aws: AwsProfile) {
    this.#emr = lazily(async () => {
      const sdk = await import('@aws-sdk/client-emr');
      const settings = clientSettings(aws);
      return {
        sdk,
        client: new sdk.EMRClient(settings),
        once: new sdk.EMRClient({ ...settings, retryMode: 'standard', maxAttempts: 1 }),
      };
    });
  }

  /** @throws {TemperedError} see `callAws` */
  call<T>(call: Omit<AwsCall, 'region'>, send: (emr: Emr) => Promise<T>): Promise<T> {
    return callAws({ ...call, region: this.aws.region }, async () => send(await this.#emr()));
  }
}
