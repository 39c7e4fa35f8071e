import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** The workflow code as one file, made at set-up so that workers start at once and all run the same code. */
export const workflowBundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.js', import.meta.url));

/**
 * Bundles compiled workflows. The same worker version that bundles must load the bundle.
 * @param workflowsPath module that exports the workflows by name
 */
export async function buildWorkflowBundle(bundlePath = workflowBundlePath, workflowsPath = WORKFLOWS): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath });
  await writeFile(bundlePath, code);
}
