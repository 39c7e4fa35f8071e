import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BundleOptions, bundleWorkflowCode } from '@temporalio/worker';
import { ourBundlePath } from '../settings/bundle-path.js';
import { projectRoot } from '../settings/home.js';

/** Module that exports our workflows by name. */
export const OUR_WORKFLOWS = fileURLToPath(new URL('../workflows/index.js', import.meta.url));

/**
 * Bundles compiled workflows. The same worker version that bundles must load the bundle.
 * @param workflowsPath module that exports the workflows by name
 */
export async function buildWorkflowBundle(
  bundlePath = ourBundlePath,
  workflowsPath = OUR_WORKFLOWS,
  logger?: BundleOptions['logger'],
): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    ...(logger && { logger }),
    // Temporal's own modules are found from here too: a user's folder need not have them.
    webpackConfigHook: ({ resolve = {}, ...config }) => ({
      ...config,
      resolve: { ...resolve, modules: [...(resolve.modules ?? ['node_modules']), join(projectRoot, 'node_modules')] },
    }),
  });
  await writeFile(bundlePath, code);
}
