/** One statement about what went wrong: an exception's head, a cause below it, or a line of an engine or the system. */
export interface Saying {
  /** Class and message as printed. */
  readonly text: string;
  /** Full name of the exception's class; null when it is no exception. */
  readonly className: string | null;
  /** The text without the class. */
  readonly message: string;
}

const NAME = String.raw`(?:[A-Za-z_$][\w$]{0,80}\.){0,12}[A-Za-z_$][\w$]{0,80}`;
// `RayTaskError(MemoryError)` and Node's `Error [ERR_X]` carry a second name; Snakemake names the place before the colon, TensorFlow refers to one.
const HEAD = new RegExp(
  String.raw`^(?:Uncaught (?:exception )?|Unhandled [Ee]xception[.:] )?(${NAME})(?:\((${NAME})?\))?(?: \[([A-Z_]{3,60})\])?(?: in (?:rule \S{1,80} in )?file [^:\n]{1,200}, line \d{1,7}| \([^()\n]{1,60}\)(?=:))?(?::(?:\s|$)(.*))?$`,
  's',
);
const LOOKS_THROWN = /(?:Error|Exception|Throwable|[a-z]OOM|KilledWorker|BrokenProcessPool)$/;

/** Reads a statement; `thrown` when the place where it stands already says that it is an exception. */
export function sayingOf(text: string, thrown = false): Saying {
  const head = HEAD.exec(text);
  const [, name, inner, code, message = ''] = head ?? [];
  if (name === undefined || !(thrown || isThrowableName(name))) return { text, className: null, message: text };
  const className = inner === undefined ? name : `${name}(${inner})`;
  return { text, className, message: code === undefined ? message : `[${code}] ${message}` };
}

/** True for a name that is an exception's wherever it stands: `java.io.IOException`, `MemoryError`. */
function isThrowableName(name: string): boolean {
  return LOOKS_THROWN.test(name) && /[A-Z]/.test(name);
}

/** Last part of a class name: `numpy._core._exceptions._ArrayMemoryError` -> `_ArrayMemoryError`. */
export function simpleName(className: string): string {
  return className.replace(/\(.*$/, '').split(/[.$]/).at(-1) ?? className;
}
