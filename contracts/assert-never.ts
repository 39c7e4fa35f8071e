/** Ends an exhaustive switch: a new union member does not compile, and a bad value from outside throws. */
export function assertNever(what: string, value: never): never {
  throw new TypeError(`unknown ${what}: ${JSON.stringify(value)}`);
}
