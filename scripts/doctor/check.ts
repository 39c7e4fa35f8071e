/** What one check found. `warn` works, but worse than it could; `fail` stops runs. */
export interface Check {
  readonly name: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do about it; null when all is well. */
  readonly remedy: string | null;
}

export function ok(name: string, found: string): Check {
  return { name, verdict: 'ok', found, remedy: null };
}

export function warn(name: string, found: string, remedy: string): Check {
  return { name, verdict: 'warn', found, remedy };
}

export function fail(name: string, found: string, remedy: string): Check {
  return { name, verdict: 'fail', found, remedy };
}
