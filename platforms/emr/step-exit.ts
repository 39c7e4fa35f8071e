/** What command-runner.jar writes last of all to the step's stderr. */
const RETURNED = /^Command exiting with ret '(\d{1,3})'$/gm;

/** What the controller of the primary node writes of the process that it started for the step. */
const ENDED = /\bStep failed with exitCode (\d{1,3})\b|\bwaitProcessCompletion ended with exit code (\d{1,3})\b/g;

/**
 * How a step's process exited, which no call of EMR tells: what a shell would say of it, so 137 after SIGKILL.
 * @param log the end of the step's stderr, or of its controller's log
 * @returns null where it says nothing, as a step that never had a process
 */
export function stepExitCode(log: string): number | null {
  const found = [...log.matchAll(RETURNED)].at(-1) ?? [...log.matchAll(ENDED)].at(-1);
  const code = found?.[1] ?? found?.[2];
  return code === undefined ? null : Number(code);
}
