import { randomUUID } from 'node:crypto';
import { TemperedError } from '../../contracts/failure.js';
import { MANIFEST_FILE } from '../../contracts/manifest.js';
import { STAGE_RECORD_FILE } from '../../contracts/stage-record.js';
import { MARKER, parseClaim, type Claim, type ListedFile } from './s3-claim.js';
import type { S3Copies } from './s3-copy.js';
import { isRefusal } from './s3-errors.js';
import { below, isRealFile, type S3Objects } from './s3-objects.js';
import { s3Uri, type S3Place } from './s3-uri.js';

/** Each round is a step that we take or find taken by somebody else; four are usual. */
const ROUNDS = 50;

/** Where the marker of a published folder says which claim it ended. */
const CLAIM_ID = 'tempered-claim';

/** What lies where a folder is to be published. A claimed one is being copied, or was when its publisher died. */
export type FolderState =
  | { readonly kind: 'free' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'claimed'; readonly claim: Claim; readonly etag: string };

/**
 * Publishes folders where there is no rename: see docs/decisions on publishing in S3. One conditional put of the marker decides who
 * publishes; whoever finds it undone does the rest in its stead, so that a crash at any point leaves nothing that anybody waits for.
 */
export class S3Publisher {
  constructor(
    private readonly objects: S3Objects,
    private readonly copies: S3Copies,
  ) {}

  /** See {@link Storage.publish}. Each round looks at the final folder, and takes the step that is next from there. */
  async publish(staging: S3Place, final: S3Place): Promise<boolean> {
    const ours = new Map<string, Claim>();
    for (let round = 1; round <= ROUNDS; round++) {
      const state = await this.lookAt(final);
      if (state.kind === 'taken') return this.concludeTaken(staging, final, ours);
      if (state.kind === 'claimed') {
        // Ours, of this call or of one whose process died.
        if (state.claim.staging === staging.key) ours.set(state.claim.id, state.claim);
        if (await this.complete(state, final)) continue;
      }
      const files = await this.staged(staging);
      const now = await this.lookAt(final);
      if (!isSame(state, now)) continue;
      if (files.length === 0) throw await this.nothingStaged(staging);
      const claim: Claim = { version: 1, id: randomUUID(), staging: staging.key, files };
      ours.set(claim.id, claim);
      if ((await this.claim(final, claim, state)) && state.kind === 'claimed') await this.clearLeftovers(final, claim);
    }
    throw new TemperedError('STORAGE_UNAVAILABLE', `the claim on ${s3Uri(final)} changes all the time`, {});
  }

  /** What is at a folder's place: one request, and one more where a publication is under way. */
  async lookAt(folder: S3Place): Promise<FolderState> {
    for await (const { files } of this.objects.pages(folder, 'first')) {
      const first = files.find(isRealFile);
      if (first === undefined) return { kind: 'free' };
      if (first.path > MARKER || (first.path === MARKER && first.bytes === 0)) return { kind: 'taken' };
      return this.readMarker(folder);
    }
    return { kind: 'free' };
  }

  private async readMarker(folder: S3Place): Promise<FolderState> {
    const place = below(folder, MARKER);
    const head = await this.objects.find(place);
    // Without one there are names that sort before it, as in any folder that was not published.
    if (head === undefined || head.bytes === 0) return { kind: 'taken' };
    try {
      const bytes = await this.objects.get(place, { start: 0, end: head.bytes, etag: head.etag });
      return { kind: 'claimed', claim: parseClaim(s3Uri(place), bytes), etag: head.etag };
    } catch (error) {
      if (isRefusal(error, 404, 412)) return this.lookAt(folder);
      throw error;
    }
  }

  /**
   * Copies what is missing, what makes a folder readable last, and then marks it as published.
   * @returns false when the claim cannot be completed, because its files are gone or were changed
   */
  private async complete(
    { claim, etag }: { readonly claim: Claim; readonly etag: string },
    final: S3Place,
  ): Promise<boolean> {
    const staging = { bucket: final.bucket, key: claim.staging };
    const there = new Map((await this.objects.filesBelow(final)).map((file) => [file.path, file]));
    const missing = claim.files.filter((file) => {
      const found = there.get(file.path);
      return file.path !== MARKER && (found?.bytes !== file.bytes || found.etag !== file.etag);
    });
    for (const step of [0, 1, 2]) {
      const files = missing.filter(({ path }) => copyStep(path) === step);
      if (!(await this.copies.copyAll(files, staging, final))) return false;
    }
    const done = { body: new Uint8Array(), metadata: { [CLAIM_ID]: claim.id } };
    // Where it does not hold any more, somebody else was as far as we are: the next look says so.
    await this.objects.putIf(below(final, MARKER), { kind: 'unchanged', etag }, done);
    return true;
  }

  private claim(final: S3Place, claim: Claim, state: FolderState): Promise<boolean> {
    const body = new TextEncoder().encode(JSON.stringify(claim));
    const condition =
      state.kind === 'claimed' ? ({ kind: 'unchanged', etag: state.etag } as const) : ({ kind: 'absent' } as const);
    return this.objects.putIf(below(final, MARKER), condition, { body });
  }

  /** What another claim, which could not be completed, had copied and ours will not overwrite. */
  private async clearLeftovers(final: S3Place, claim: Claim): Promise<void> {
    const wanted = new Set([MARKER, ...claim.files.map(({ path }) => path)]);
    await this.removeFiles(
      final,
      (await this.objects.filesBelow(final)).filter(({ path }) => !wanted.has(path)),
    );
  }

  /** The files to publish. A folder whose own publication is not complete is completed first. */
  private async staged(staging: S3Place): Promise<readonly ListedFile[]> {
    const state = await this.lookAt(staging);
    if (state.kind === 'free') return [];
    if (state.kind === 'claimed') await this.complete(state, staging);
    return this.objects.filesBelow(staging);
  }

  /** The end of a call: removes the staging folder, and says whether the final one is its content. */
  private async concludeTaken(staging: S3Place, final: S3Place, ours: ReadonlyMap<string, Claim>): Promise<boolean> {
    const marker = ours.size === 0 ? undefined : await this.objects.find(below(final, MARKER));
    const claim = ours.get(marker?.metadata[CLAIM_ID] ?? '');
    if (claim === undefined) {
      await this.objects.removeFolder(staging);
      return false;
    }
    // Only what was copied: when a damaged folder is put aside, somebody may have put a whole one in its place since.
    const copied = new Set(claim.files.map(identityOf));
    const rest = await this.objects.filesBelow(staging);
    await this.removeFiles(
      staging,
      rest.filter((file) => copied.has(identityOf(file))),
    );
    return true;
  }

  private async removeFiles(folder: S3Place, files: readonly ListedFile[]): Promise<void> {
    for (let start = 0; start < files.length; start += 1_000) {
      const keys = files.slice(start, start + 1_000).map(({ path }) => below(folder, path).key);
      await this.objects.remove(folder.bucket, keys);
    }
  }

  private async nothingStaged(staging: S3Place): Promise<TemperedError> {
    const uri = s3Uri(staging);
    const found = (await this.objects.find(staging)) === undefined ? 'there is nothing' : 'it is a file, not a folder';
    return new TemperedError('WRONG_INPUT', `cannot publish ${uri}: ${found}`, { uri });
  }
}

/** Files whose presence says that others are there come after those: manifests, and the record of a stage at the very end. */
function copyStep(path: string): 0 | 1 | 2 {
  if (path === STAGE_RECORD_FILE) return 2;
  return path === MANIFEST_FILE || path.endsWith(`/${MANIFEST_FILE}`) ? 1 : 0;
}

function identityOf({ path, bytes, etag, modifiedMs }: ListedFile): string {
  return JSON.stringify([path, bytes, etag, modifiedMs]);
}

function isSame(one: FolderState, other: FolderState): boolean {
  return one.kind === other.kind && (one.kind !== 'claimed' || other.kind !== 'claimed' || one.etag === other.etag);
}
