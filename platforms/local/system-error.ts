/** The `code` of a system error, as `ENOENT`; undefined for anything else. Asks for no class: an error of another realm is none of ours. */
export function systemErrorCode(error: unknown): string | undefined {
  const isObject = typeof error === 'object' && error !== null;
  return isObject && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
