import { TemperedError } from '../../contracts/failure.js';
import { MARKER } from './s3-claim.js';
import { placeOfS3Uri, s3Uri, type S3Place } from './s3-uri.js';

/** Keeps places where they belong: writes inside the root, reads inside the root and the input folders. */
export class S3Guard {
  constructor(
    private readonly root: S3Place,
    private readonly inputFolders: readonly S3Place[],
  ) {}

  /** @throws {TemperedError} `WRONG_INPUT` for a URI outside the root and every input folder */
  readable(uri: string): S3Place {
    const place = this.parsed(uri);
    if ([this.root, ...this.inputFolders].some((folder) => isWithin(place, folder))) return place;
    throw this.outside(uri);
  }

  /** @throws {TemperedError} `WRONG_INPUT` for the root itself and for a URI outside of it */
  writable(uri: string): S3Place {
    const place = this.parsed(uri);
    if (place.key !== this.root.key && isWithin(place, this.root)) return place;
    throw this.outside(uri);
  }

  private parsed(uri: string): S3Place {
    const place = placeOfS3Uri(uri);
    if (!place.key.split('/').includes(MARKER)) return place;
    const advice = 'this name marks folders that are published';
    throw new TemperedError('WRONG_INPUT', `${uri} cannot be used: ${advice}`, { field: 'uri', found: uri, advice });
  }

  private outside(uri: string): TemperedError {
    const root = s3Uri(this.root);
    const advice = 'import it with: npx tempered import PATH, or list its folder under inputFolders in tempered.json';
    const message = `${uri} lies outside the storage root ${root}, or is the root itself; ${advice}`;
    return new TemperedError('WRONG_INPUT', message, { field: 'uri', found: uri, root, advice });
  }
}

function isWithin({ bucket, key }: S3Place, folder: S3Place): boolean {
  if (bucket !== folder.bucket) return false;
  return folder.key === '' || key === folder.key || key.startsWith(`${folder.key}/`);
}
