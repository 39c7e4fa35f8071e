/** The `code` of a system error, as `ENOENT`; undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  // Not by instanceof: an error of the system may come from another realm than this code, as in a test or a sandbox.
  const isObject = typeof error === 'object' && error !== null;
  return isObject && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
