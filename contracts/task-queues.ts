/** Workflows and local activities: quick decisions, no heavy work. */
export const ORCHESTRATOR_QUEUE = 'tempered';

/** Activities that submit jobs and wait for them; only these workers need the platforms' clients. */
export const JOBS_QUEUE = 'tempered-jobs';
