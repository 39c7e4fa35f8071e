import type { AwsProfile } from '../../contracts/platform-profiles.js';
import type { RemoteSurroundings } from './remote-platform.js';

/** What every platform on AWS is opened with. */
export interface RemotePlaces extends RemoteSurroundings {
  readonly aws: AwsProfile;
}

/** Where services write their logs: as the profile says, else `_logs` under the storage root. Without a slash at the end. */
export function logsUriOf({ aws, storage }: RemotePlaces): string {
  return (aws.logs ?? `${storage.root}/_logs`).replace(/\/+$/, '');
}
