import { fileURLToPath } from 'node:url';
import { IgnoreMode } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';

/** Root of the checkout, seen from the compiled file. Its .dockerignore says what stays out. */
const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));

/** The image of this checkout, with its tempered.json: built and pushed by `cdk deploy`, named by its content. */
export function projectImage(scope: Construct, id: string): DockerImageAsset {
  return new DockerImageAsset(scope, id, {
    directory: CHECKOUT,
    file: 'infra/image/Dockerfile',
    platform: Platform.LINUX_AMD64,
    ignoreMode: IgnoreMode.DOCKER,
  });
}
