import type { EmrProfile } from '../../contracts/platform-profiles.js';
import { logsUriOf, type RemotePlaces } from '../aws/remote-places.js';
import { RemotePlatform } from '../aws/remote-platform.js';
import { EmrCaller } from './emr-client.js';
import { EmrService } from './service.js';

/** Jobs as steps of an EMR cluster. */
export function openEmr(profile: EmrProfile, places: RemotePlaces): RemotePlatform {
  const { aws, storage, patience } = places;
  const emr = new EmrCaller(aws);
  const service = new EmrService({
    emr,
    aws,
    profile,
    storage,
    logsUri: logsUriOf(places),
    claimMs: patience?.claimMs,
  });
  return new RemotePlatform(service, places);
}
