/** How much of a job's log goes into evidence. The last words of a dying engine fit, and a workflow's history stays small. */
export const LOG_TAIL_BYTES = 64 * 1024;
