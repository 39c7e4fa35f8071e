import { isRecord } from '../contracts/json.js';
import { PLATFORM_SECTIONS } from '../contracts/platform-profiles.js';
import { andList, quote } from './allowed.js';
import { type InputProblem, unknownName } from './input-errors.js';

type Raw = Readonly<Record<string, unknown>>;

/** What runs here, without a section of its own. */
const HERE = 'local';

/** Its nodes may share the disk of the storage. */
const MAY_SHARE_DISK = 'ray-cluster';

/**
 * What is wrong with the platforms that a profile names: unknown ones, ones whose sections are missing, and remote ones whose jobs could
 * not reach the storage. A problem is said once for each field that names the platform.
 */
export function platformProblems(profile: Raw): readonly InputProblem[] {
  const stages = isRecord(profile['stages']) ? Object.entries(profile['stages']) : [];
  const named = [
    { field: 'platform', name: profile['platform'] },
    ...stages.map(([stage, entry]) => ({
      field: `stages.${stage}.platform`,
      name: isRecord(entry) ? entry['platform'] : undefined,
    })),
  ];
  const remote = named.flatMap(({ field, name }) =>
    typeof name === 'string' && name !== HERE ? [{ field, name }] : [],
  );
  return [
    ...emrProblems(profile['emr']),
    ...remote.flatMap(({ field, name }) => missingSections(field, name, profile)),
    ...storageProblems(
      remote.filter(({ name }) => name !== MAY_SHARE_DISK),
      profile,
    ),
  ];
}

function missingSections(field: string, name: string, profile: Raw): readonly InputProblem[] {
  const sections = Object.hasOwn(PLATFORM_SECTIONS, name) ? PLATFORM_SECTIONS[name] : undefined;
  if (!sections) return [unknownName(field, name, [HERE, ...Object.keys(PLATFORM_SECTIONS)])];
  const missing = sections.filter((section) => profile[section] === undefined);
  if (missing.length === 0) return [];
  const sets = andList(sections.map(quote));
  const lacks = andList(missing.map(quote));
  return [
    {
      field,
      found: quote(name),
      allowed: `a platform that the file sets up: ${name} needs ${sets}, and ${lacks} is missing`,
    },
  ];
}

/** A cluster is given or made, and the nodes of one that is given are of one type. */
function emrProblems(emr: unknown): readonly InputProblem[] {
  if (!isRecord(emr)) return [];
  const { clusterId, create, instanceTypes } = emr;
  if ((clusterId === undefined) === (create === undefined)) {
    const found = create === undefined ? 'neither' : 'both';
    const allowed = 'either clusterId, for a cluster that is there, or create, for one that is made';
    return [{ field: 'emr', found, allowed }];
  }
  if (clusterId === undefined || !Array.isArray(instanceTypes) || instanceTypes.length === 1) return [];
  const allowed = 'the one type of the core nodes of emr.clusterId';
  return [{ field: 'emr.instanceTypes', found: quote(instanceTypes), allowed }];
}

/** Jobs elsewhere reach no folder of this machine. */
function storageProblems(remote: readonly { readonly field: string }[], { storage }: Raw): readonly InputProblem[] {
  const [first] = remote;
  const root = isRecord(storage) ? storage['root'] : undefined;
  if (!first || (typeof root === 'string' && root.startsWith('s3://'))) return [];
  const allowed = `s3://bucket/prefix, since ${first.field} names a platform elsewhere`;
  return [{ field: 'storage.root', found: quote(root), allowed }];
}
