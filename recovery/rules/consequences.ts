import type { Saying } from '../log/saying.js';

/** Errors of a process whose child, worker or peer died: they say that something died, and not of what. */
const DEATHS =
  /\b(?:BrokenProcessPool|DeadKernelError|TerminatedWorkerError|WorkerCrashedError|ActorDiedError|ActorUnavailableError|RayActorError|WorkerLostError|KilledWorker|CommClosedError|JvmGone|ChildFailedError|ProcessExitedException|ProcessRaisedException|ExecutorLostFailure|ContractBroken|ExecutorDeadException|FetchFailedException|ChildProcessCrashException|Py4JNetworkError)\b|Python worker exited unexpectedly|worker died unexpectedly|process (?:died|exited|terminated|was killed) (?:unexpectedly|abruptly)|DataLoader worker .{0,60}(?:exited unexpectedly|is killed by signal)|A worker process managed by the executor was unexpectedly terminated|terminated abruptly|(?:died|killed|terminated|exited|failed)\b[^\n]{0,60}(?:with|by|from|due to) (?:<Signals\.)?(?:signal:? ?)?(?:SIGKILL|9\b|-9\b|killed)|(?:exit(?:ed)?|return(?:ed)?)[^\n]{0,40}(?:code|status)[ :]{0,3}-?(?:9|137)\b|exitcode ?[:=] ?-9|Java gateway process exited|Container from a bad node|Container killed on request|Job supervisor actor died|^(?:.{0,80}: line \d+: +\d+ )?Killed\b|Pod \S{1,80} (?:returned a failure|failed)|\b(?:TaskManager|[Ww]orker|[Ee]xecutor)\b.{0,80} is no longer reachable|^Error: segmentation violation|Answer from Java side is empty|ray::IDLE|End of file\. Some common causes/;

/** Errors on a connection: mostly of something else, sometimes because the other side died. */
const CONNECTIONS =
  /^(?:[\w.]{0,80}\.)?(?:ConnectionResetError|BrokenPipeError|IOException: (?:Broken pipe|Connection reset)|ConnectionAbortedError|RemoteDisconnected|SocketException: (?:Broken pipe|Connection reset|Socket closed))/;

/** Errors of whoever waited for something else, which may have died. */
const OF_WAITING =
  /^(?:[\w.]{0,80}\.)?(?:EOFError|EOFException|ConnectionRefusedError|IncompleteReadError|ConnectionError|SocketException|ClosedChannelException|CalledProcessError|Error: (?:Command failed|[^\n]{0,80}\b(?:exit(?:ed)?|completed|finished|failed|returned)\b[^\n]{0,30}\b(?:code|status) \d)|TrialError|TuneError|TrainingFailedError|SparkException|Py4JError|Py4JJavaError|WorkflowError|AlgorithmError|ExecuteUserScriptError)\b/;

/** Packages of what engines are joined with: their exceptions tell of the other end, those of all others of the program and its data. */
const PLUMBING =
  /^(?:java\.(?:io|net|nio|rmi|util\.concurrent)|io\.(?:netty|grpc)|org\.apache\.(?:hadoop\.(?:ipc|net|hdfs|yarn|io|util)|http|thrift)|org\.apache\.spark\.(?:rpc|network|shuffle|storage|scheduler|util|deploy))\./;

/** True for an exception of what joins the parts of an engine. */
export function isOfPlumbing({ className }: Saying): boolean {
  return className !== null && PLUMBING.test(className);
}

/** True when the text tells of a death elsewhere. */
export function tellsOfDeath(text: string): boolean {
  return DEATHS.test(text);
}

/** True when the error may follow from a death elsewhere, which takes a second signal to believe. */
export function mayFollowDeath(text: string): boolean {
  return tellsOfDeath(text) || isOfConnection(text) || OF_WAITING.test(text);
}

/** True for an error of whoever was spoken to: the other side of a connection went away. */
export function isOfConnection(text: string): boolean {
  return CONNECTIONS.test(text);
}
