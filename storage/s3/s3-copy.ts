import { mapLimited } from '../map-limited.js';
import type { ListedFile } from './s3-claim.js';
import type { S3Clients } from './s3-connection.js';
import { isRefusal } from './s3-errors.js';
import { below, type S3Objects } from './s3-objects.js';
import type { S3Place } from './s3-uri.js';

/** What one copy request takes, in bytes. See https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const LARGEST_COPY_BYTES = 5 * 2 ** 30;

/** Ten thousand of these are more than an object can have. */
const PART_BYTES = 2 ** 30;

/** Copies under way: S3 does the work, so it takes no memory here. */
const PARALLEL_COPIES = 32;
const PARALLEL_PARTS = 8;

/** Sizes at which copying changes its way; a test with small files has smaller ones. */
export interface CopySizes {
  readonly largestCopyBytes: number;
  readonly partBytes: number;
}

/** Copies objects inside of the storage, where no byte passes through here. */
export class S3Copies {
  constructor(
    private readonly connect: () => Promise<S3Clients>,
    private readonly objects: S3Objects,
    private readonly sizes: CopySizes = { largestCopyBytes: LARGEST_COPY_BYTES, partBytes: PART_BYTES },
  ) {}

  /**
   * Copies files from one folder to another.
   * @returns false when one is gone, or is not any more what was listed
   */
  async copyAll(files: readonly ListedFile[], from: S3Place, to: S3Place): Promise<boolean> {
    try {
      await mapLimited(files, PARALLEL_COPIES, (file) => this.copy(file, below(from, file.path), below(to, file.path)));
      return true;
    } catch (error) {
      if (isRefusal(error, 'NoSuchKey', 'PreconditionFailed', 412)) return false;
      throw error;
    }
  }

  private async copy(file: ListedFile, from: S3Place, to: S3Place): Promise<void> {
    const source = {
      CopySource: `${from.bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}`,
      CopySourceIfMatch: file.etag,
    };
    if (file.bytes > this.sizes.largestCopyBytes) return this.copyInParts(file.bytes, source, to);
    const { s3 } = await this.connect();
    await s3.copyObject({ Bucket: to.bucket, Key: to.key, ...source });
  }

  private async copyInParts(
    bytes: number,
    source: { readonly CopySource: string; readonly CopySourceIfMatch: string },
    to: S3Place,
  ): Promise<void> {
    const { s3 } = await this.connect();
    const target = { Bucket: to.bucket, Key: to.key };
    const starts = Array.from({ length: Math.ceil(bytes / this.sizes.partBytes) }, (_, i) => i * this.sizes.partBytes);
    await this.objects.inParts(to, async (metadata) => {
      const { UploadId } = await s3.createMultipartUpload({ ...target, Metadata: metadata });
      try {
        const parts = await mapLimited(starts, PARALLEL_PARTS, async (start) => {
          const PartNumber = start / this.sizes.partBytes + 1;
          const end = Math.min(start + this.sizes.partBytes, bytes) - 1;
          const range = { CopySourceRange: `bytes=${start}-${end}` };
          const { CopyPartResult } = await s3.uploadPartCopy({ ...target, UploadId, PartNumber, ...source, ...range });
          return { PartNumber, ETag: CopyPartResult?.ETag };
        });
        await s3.completeMultipartUpload({ ...target, UploadId, MultipartUpload: { Parts: parts } });
      } catch (error) {
        await s3.abortMultipartUpload({ ...target, UploadId }).catch(() => undefined); // the first error says more
        throw error;
      }
    });
  }
}
