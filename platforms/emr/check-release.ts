import { TemperedError } from '../../contracts/failure.js';
import type { EmrProfile } from '../../contracts/platform-profiles.js';
import { faultOf } from '../aws/aws-fault.js';
import type { Reservation } from '../aws/requirement.js';
import type { EmrCaller } from './emr-client.js';
import { sentFields } from './sent-fields.js';

/** So many types are named in a message. */
const MOST_NAMED = 8;

/**
 * Asks EMR what it rents under the release of the clusters that are to be made, before one is paid for.
 * @throws {TemperedError} `WRONG_INPUT` for a release that there is not, and for a type that it is not offered on
 */
export async function checkRelease(emr: EmrCaller, profile: EmrProfile): Promise<string | Reservation> {
  const { create, instanceTypes } = profile;
  if (!create) return 'no cluster is made';
  const { releaseLabel } = create;
  const offered = await offeredTypes(emr, profile, releaseLabel);
  if (offered === null) {
    return {
      found: `${releaseLabel}, not looked up`,
      remedy:
        'allow elasticmapreduce:ListSupportedInstanceTypes, so that a wrong release or type is found before a run',
    };
  }
  const missing = instanceTypes.find((type) => !offered.includes(type));
  if (missing === undefined) return `${releaseLabel}, on ${instanceTypes.join(', ')}`;
  const [family] = missing.split('.');
  const ours = offered.filter((type) => /^[cmr]/.test(type) && type.endsWith('xlarge'));
  const like = ours.filter((type) => type.startsWith(`${family ?? ''}.`));
  const named = (like.length > 0 ? like : ours).slice(0, MOST_NAMED);
  throw new TemperedError(
    'WRONG_INPUT',
    `emr.instanceTypes: found "${missing}", allowed is a type that ${releaseLabel} is offered on, as ${named.join(', ')}`,
    { field: 'emr.instanceTypes', advice: 'correct emr.instanceTypes in tempered.json' },
  );
}

/** @returns null when the caller may not ask */
async function offeredTypes(
  emr: EmrCaller,
  profile: EmrProfile,
  releaseLabel: string,
): Promise<readonly string[] | null> {
  const fields = { subject: 'emr.create.releaseLabel', sent: sentFields(profile, '') };
  return emr.call({ action: `look up ${releaseLabel}`, fields }, async ({ sdk, client }) => {
    const types: string[] = [];
    let marker: string | undefined;
    try {
      do {
        const command = new sdk.ListSupportedInstanceTypesCommand({ ReleaseLabel: releaseLabel, Marker: marker });
        const page = await client.send(command);
        types.push(...(page.SupportedInstanceTypes ?? []).flatMap(({ Type }) => Type ?? []));
        marker = page.Marker;
      } while (marker !== undefined && marker !== '');
      return types;
    } catch (error) {
      if (faultOf(error) !== 'denied') throw error;
      return null;
    }
  });
}
