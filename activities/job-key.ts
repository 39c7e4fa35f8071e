/** What the attempts of one stage in one workflow have in common. */
export interface JobFamily {
  readonly workflowId: string;
  readonly stage: string;
  readonly stageKey: string;
}

/**
 * The idempotency token of one attempt: submission id, job name, client token and folder name everywhere.
 * It names the workflow, not the run, so that a reset run finds the job that is already there.
 */
export function jobKeyOf({ workflowId, stage, stageKey }: JobFamily, attempt: number): string {
  const safeId = workflowId.replace(/[^A-Za-z0-9._-]/g, '_');
  return `${safeId}/${stage}-${stageKey.slice(0, 8)}-a${String(attempt)}`;
}
