/** What one look at the surroundings found. `warn` works, but worse than it could; `fail` stops runs. */
export interface Finding {
  readonly name: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do about it; null when all is well. */
  readonly remedy: string | null;
}

export function ok(name: string, found: string): Finding {
  return { name, verdict: 'ok', found, remedy: null };
}

export function warn(name: string, found: string, remedy: string): Finding {
  return { name, verdict: 'warn', found, remedy };
}

export function fail(name: string, found: string, remedy: string): Finding {
  return { name, verdict: 'fail', found, remedy };
}
