import { loadProfile } from '../../settings/profile.js';
import { importPath } from '../../storage/import.js';
import { openStorageOf } from '../../storage/index.js';
import { formatBytes } from '../../contracts/bytes.js';
import { formatCount } from '../format.js';
import type { Answer } from '../io.js';

/** `tempered import PATH`: copies a file or folder into the storage as a snapshot. */
export async function importData(path: string, name: string | undefined): Promise<Answer> {
  const ref = await importPath(openStorageOf(loadProfile()), path, name === undefined ? {} : { name });
  const size =
    ref.kind === 'dataset'
      ? `${formatCount(ref.rows)} rows, ${formatBytes(ref.bytes)}`
      : ref.kind === 'artifact'
        ? formatBytes(ref.bytes)
        : ref.sha256;
  const next =
    ref.kind === 'dataset' ? `npx start-workflow salary --set raw=${ref.uri}` : `npx tempered preview ${ref.uri}`;
  return { document: ref, text: `${ref.uri}\nsize   ${size}\nnext   ${next}` };
}
