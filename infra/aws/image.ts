import { fileURLToPath } from 'node:url';
import { IgnoreMode } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';

/** Root of the checkout, seen from the compiled file. */
const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the image needs none of. */
const LEFT_OUT = [
  '.git',
  'node_modules',
  '.venv',
  'dist*',
  '.tempered*',
  'test',
  'infra',
  '**/__pycache__',
  '**/*.log',
];

/** The image of this checkout, with its tempered.json: built and pushed by `cdk deploy`, named by its content. */
export function projectImage(scope: Construct, id: string): DockerImageAsset {
  return new DockerImageAsset(scope, id, {
    directory: CHECKOUT,
    file: 'infra/aws/Dockerfile',
    platform: Platform.LINUX_AMD64,
    exclude: [...LEFT_OUT, '!infra/aws/Dockerfile'],
    ignoreMode: IgnoreMode.DOCKER,
  });
}
