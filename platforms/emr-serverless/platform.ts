import type { EmrServerlessProfile } from '../../contracts/platform-profiles.js';
import { logsUriOf, type RemotePlaces } from '../aws/remote-places.js';
import { RemotePlatform } from '../aws/remote-platform.js';
import { EmrServerlessService } from './service.js';

/** Jobs as runs of an EMR Serverless application. */
export function openEmrServerless(profile: EmrServerlessProfile, places: RemotePlaces): RemotePlatform {
  return new RemotePlatform(new EmrServerlessService({ aws: places.aws, profile, logsUri: logsUriOf(places) }), places);
}
