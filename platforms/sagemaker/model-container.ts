import type { ContainerDefinition } from '@aws-sdk/client-sagemaker';
import type { SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { ModelRef } from '../../contracts/refs.js';

/**
 * In the environment of a model's container: the hash of the stored model. A model of our name without it is somebody else's, and the
 * server can say which model it has loaded.
 */
export const MODEL_MARK = 'TEMPERED_MODEL';

/** The model server with the stored model's folder at `/opt/ml/model`. The image's `serve` command is the server. */
export function folderContainer({ uri, sha256 }: ModelRef, { image }: Pick<SageMakerProfile, 'image'>) {
  return {
    Image: image,
    ModelDataSource: {
      S3DataSource: { S3Uri: `${uri.replace(/\/+$/, '')}/`, S3DataType: 'S3Prefix', CompressionType: 'None' },
    },
    Environment: { [MODEL_MARK]: sha256 },
  } as const satisfies ContainerDefinition;
}

/** The same with the model in one archive, which a transform job wants. */
export function archiveContainer({ sha256 }: ModelRef, archiveUri: string, { image }: Pick<SageMakerProfile, 'image'>) {
  return {
    Image: image,
    ModelDataUrl: archiveUri,
    Environment: { [MODEL_MARK]: sha256 },
  } as const satisfies ContainerDefinition;
}
