import { type Saying, sayingOf, simpleName } from './saying.js';

/** Classes that only carry the failure of something else: what their message quotes is the cause, not data. */
const CARRIERS =
  /^(?:Error|LoadError|SparkException|SparkRuntimeException|Py4JJavaError|Py4JError|PythonException|RayTaskError|UserCodeException|TuneError|TrainingFailedError|ExecutionException|CompletionException|InvocationTargetException|UndeclaredThrowableException|UncheckedExecutionException|ExecutionError|RemoteException|JobAbortedException|FileNotFoundExceptionWrapper|AlgorithmError|ExecuteUserScriptError|ErrorFromWorker|ActivityFailure|ApplicationFailure|WrappedException|QueryExecutionException|StreamingQueryException|YarnException|SparkUserAppException)$/;

/** Words after which another statement follows. Each is matched at the start of a statement. */
const LEAD_INS: readonly RegExp[] = [
  /^Job aborted due to stage failure: .{0,600}?[Mm]ost recent failure: /s,
  /^Job aborted due to stage failure: /,
  /^Lost task [\d.]{1,20} in stage [\d.]{1,20} \(TID \d{1,12}[^()]{0,200}\) ?(?:\([^()]{1,200}\)|on [^:]{1,200})?[^:]{0,200}: /,
  /^Lost executor \S{1,60} on [^:]{1,200}: /,
  /^Executor \S{1,60} (?:on \S{1,200} )?(?:lost|exited|killed|removed)[^:]{0,80}: /i,
  /^ExecutorLostFailure \([^()]{1,200}\) Reason: /,
  /^(?:Requesting driver to remove|Disconnected from|Removing) executor \S{1,60} (?:for reason|because:?|Reason:?) /i,
  /^Uncaught (?:fatal )?exception in thread [^:]{1,200}: /i,
  /^Exception in thread "[^"]{1,200}" /,
  /^User class threw exception: /,
  /^(?:Terminating|Aborting) due to /,
  /^[Ee]rror (?:while|when|during) \w{1,20}ing [\w ]{1,40}: /,
  /^[^\n"=|]{0,300}?\bStatus Message: /,
  /^Job \S{1,80} (?:cancelled|failed) because /i,
  /^(?:Application|Final app status|final status)[^:]{1,200}: /i,
  /^(?:Caused by|Diagnostics|diagnostics|Reason|Error|ERROR|Last few exceptions|nested exception is|job failed|Task failed with exception|Exit reason): ?/,
  /^(?:AlgorithmError|ExecuteUserScriptError|ClientError|FAILED|FAILURE): ?/,
  /^.{0,3000}\bExtraInfo "/s,
  /^Job execution failed, .{0,300}?Last few exceptions: /s,
  /^ExitCode -?\d{1,4}\s{1,4}ErrorMessage ['"]?/,
  /^An exception was thrown from the Python worker\. Please see the stack trace below\.\s{0,4}/,
  /^ray::\S{1,120} \(pid=[^()]{1,120}\)\s{0,4}/,
  /^An error occurred while calling [^:]{1,200}?\.?\s{0,4}: /s,
  /^Caught unexpected exception: /,
  /^(?:Vertex|Task|TaskAttempt|Job|Stage|Container|Application|Step|Query|DAG)\b[^\n]{0,60}\bfail(?:ed|ure)?\b[:,]? ?/i,
  /^Error from server \(\w{1,40}\): (?:error when \w{1,20} "[^"]{1,300}": )?(?:[\w./]{1,80} "[^"]{1,300}" is forbidden: )?/,
  /^[^\n,;|"'{}=]{0,80}?\b(?:[Ee]xecut\w{1,4}|[Tt]ask|[Jj]ob|[Ss]tep|[Rr]un|[Bb]uild|[Pp]rocess\w{0,4}) failed(?: with)?: /,
  /^[^\n"'|={}]{0,200}\b(?:exception|error) (?:was )?(?:thrown|raised): /i,
  /^[^\n"'|={}]{0,60}\bfailed with message:? \[?/,
  // PHP quotes what it prints of an exception, some programs their only message.
  /^(?:[^\n"']{0,200}?\b(?:[Ee]rror|[Ee]xception) '[^'\n]{1,200}' with )?[Mm]essage:? '/,
  // Fields in a row: the one that tells how it ended is a statement.
  /^[^\n"']{1,600}?, (?:\w{1,20}_)?(?:(?:detail|reason|cause|error|message) =|(?:reason|cause):) /,
  // One cause behind another, as C++ and Go write them: the last says what went wrong.
  /^[^\n]{0,400}?: (?=[A-Z]\w{1,20} error: )/,
  /^Failed to execute [^\n]{1,300}?: /,
  /^\[?Errno None\]?:? /,
];

/** A fully named Java exception in the middle of a statement. */
const EMBEDDED =
  /(?:^|\n|: ?|\()((?:[a-z_]\w{0,60}\.){1,10}[A-Z][\w$]{0,120}(?:Error|Exception|Throwable|[a-z]OOM)\b.{0,1500})/s;

/** The whole message is another exception as Python prints it for programmers: `"XGBoostError('out of memory')"`. */
const REPRESENTATION =
  /^"?((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception))\((?:(['"])(.{0,1500}?)\2,?)?\)"?$/s;

/** A class as Python prints it, and its message. */
const SHOWN_CLASS = /^[^\n"]{0,200}?<class '([\w.]{1,200}(?:Error|Exception))'>[,:] (.{1,1500})$/s;

/** A failure handed on from task to job to driver is wrapped this often at most. */
const MOST = 8;

/** A statement and those that it carries, outermost first. Only carriers and known lead-ins are opened, so data stays data. */
export function unfold(saying: Saying): readonly Saying[] {
  const found: Saying[] = [saying];
  for (let index = 0; index < found.length && found.length < MOST; index += 1) {
    const current = found[index];
    if (current === undefined) break;
    found.push(...carriedBy(current).filter(({ text }) => text !== '' && !found.some((one) => one.text === text)));
  }
  return found;
}

function carriedBy(saying: Saying): readonly Saying[] {
  const translated = /^\(((?:[a-z]\w{0,60}\.){1,10}\w{1,80}(?:Error|Exception))\) (.*)$/s.exec(saying.message);
  // Spark Connect's client names the server's class in brackets.
  if (translated && saying.className !== null) return [sayingOf(`${translated[1] ?? ''}: ${translated[2] ?? ''}`)];
  const inner = saying.className === null ? null : /\(([\w.]+)\)$/.exec(saying.className)?.[1];
  if (inner)
    return [
      sayingOf(`${inner}: ${saying.message}`, true),
      ...carriedBy({ ...saying, className: null, text: saying.message }),
    ];
  const body = saying.className === null ? saying.text : saying.message;
  // Rust prints what main() returned in the form for debugging, and hands it on so.
  const debugged = /(?:^|: )(?:[A-Z]\w{0,60}\(){1,6}"(.{1,1500})"\){1,6}$/s.exec(body)?.[1];
  if (saying.className !== null && !isCarrier(saying.className) && !REPRESENTATION.test(body))
    return [...messageIsClass(saying), ...(debugged === undefined ? [] : [sayingOf(debugged)])];
  const shown = SHOWN_CLASS.exec(body);
  if (shown) return [sayingOf(`${shown[1] ?? ''}: ${shown[2] ?? ''}`, true)];
  const printed = REPRESENTATION.exec(body);
  if (printed) return [sayingOf(`${printed[1] ?? ''}: ${printed[3] ?? ''}`, true)];
  const leads = LEAD_INS.filter((pattern) => pattern.test(body));
  const after = leads.map((lead) => sayingOf(body.replace(lead, '')));
  const embedded =
    saying.className !== null || leads.length > 0
      ? EMBEDDED.exec(body.split('Traceback (most recent call last)')[0] ?? '')?.[1]
      : undefined;
  return [
    ...(saying.className === null ? [] : [sayingOf(saying.message)]),
    ...after,
    ...(debugged === undefined ? [] : [sayingOf(debugged)]),
    ...(embedded === undefined ? [] : [sayingOf(embedded)]),
  ];
}

/** Java hands a cause on in the message of the exception that was made from it, by itself or behind what was being done. */
function messageIsClass({ className, message }: Saying): readonly Saying[] {
  const java = className !== null && /^(?:java|javax|scala|org|com|io)\./.test(className);
  const named = java ? EMBEDDED.exec(message)?.[1] : undefined;
  return named === undefined ? [] : [sayingOf(named)];
}

/** True for a class that only carries another failure. */
export function isCarrier(className: string): boolean {
  return CARRIERS.test(simpleName(className));
}
