import { createHash } from 'node:crypto';
import type { CreateModelPackageInput } from '@aws-sdk/client-sagemaker';
import { ALLOWED_ENTITY_NAME, ENTITY_NAME } from '../../contracts/entity-name.js';
import { TemperedError } from '../../contracts/failure.js';
import type { SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { ModelRef } from '../../contracts/refs.js';
import { folderContainer } from '../../platforms/sagemaker/model-container.js';
import type { Champion } from '../../contracts/mirrored-model.js';

/** In a package's metadata: whose version it is. A package without them is somebody else's. */
export const PACKAGE_MARKS = { model: 'temperedModel', version: 'temperedVersion' } as const;

/** Longest ClientToken of the service model. */
const TOKEN_DIGITS = 36;

/**
 * The group of a model's versions: the profile's, with the model's name in place of `{model}`.
 * @throws {TemperedError} `WRONG_INPUT` when that is no name of a group
 */
export function packageGroupOf(pattern: string, { name }: ModelRef): string {
  const group = pattern.replaceAll('{model}', name);
  if (ENTITY_NAME.test(group)) return group;
  throw new TemperedError(
    'WRONG_INPUT',
    `"${group}" cannot be the name of a model package group; allowed: ${ALLOWED_ENTITY_NAME}`,
    {
      field: 'sagemaker.modelPackageGroup',
      found: group,
      advice: 'choose another sagemaker.modelPackageGroup in tempered.json',
    },
  );
}

/** How a version is found in a list, which shows no metadata. */
export function descriptionOf({ name, sha256 }: ModelRef): string {
  return `${descriptionStart(name)}${sha256}`;
}

/** What the descriptions of all versions of a model begin with. */
export function descriptionStart(name: string): string {
  return `Tempered model ${name}, version `;
}

/**
 * A version of a stored model, approved. Everything follows from model and profile, so that the same token always comes with the same
 * request. It has no tags: the service takes those of the group.
 */
export function packageRequest(
  group: string,
  { model, metrics }: Champion,
  profile: Pick<SageMakerProfile, 'image'>,
): CreateModelPackageInput {
  const measured = Object.entries(metrics).map(([name, value]) => [name, String(value)] as const);
  return {
    ModelPackageGroupName: group,
    ModelPackageDescription: descriptionOf(model),
    ClientToken: createHash('sha256')
      .update(`${group}/${model.name}/${model.sha256}`)
      .digest('hex')
      .slice(0, TOKEN_DIGITS),
    ModelApprovalStatus: 'Approved',
    InferenceSpecification: {
      Containers: [folderContainer(model, profile)],
      SupportedContentTypes: ['application/json', 'text/csv'],
      SupportedResponseMIMETypes: ['application/json', 'text/csv'],
    },
    // The card holds all metrics beside those of the baselines.
    ModelMetrics: {
      ModelQuality: {
        Statistics: { ContentType: 'application/json', S3Uri: `${model.uri.replace(/\/+$/, '')}/model.json` },
      },
    },
    CustomerMetadataProperties: {
      [PACKAGE_MARKS.model]: model.name,
      // The hash of the model's manifest, which names the content of every file.
      [PACKAGE_MARKS.version]: model.sha256,
      temperedCandidate: model.candidateSha256,
      ...Object.fromEntries(measured),
    },
  };
}
