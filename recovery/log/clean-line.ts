import type { Level, Line } from './line.js';

/** Colour and cursor codes, then every other control character but the tab. */
const ANSI = /\u001b(?:\[[0-9;?]{0,20}[ -/]{0,2}[@-~]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)?)/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/g;

const CLOCK = String.raw`\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?: ?[AaPp][Mm]\b)?`;
const ZONE = String.raw`(?: ?(?:Z|UTC|GMT|CET|CEST|[ECMP][SD]T|[+-]\d\d:?\d\d))?`;

/** What transports and loggers put before a line. Each takes at most one blank after itself, so that indentation stays. */
const PREFIXES: readonly RegExp[] = [
  // Containerd and CRI-O: time, stream, whether the line is full.
  /^\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) [FP] /,
  new RegExp(
    String.raw`^[[(]?\d{4}[-/.]\d\d[-/.]\d\d(?:[T _]|, )${CLOCK}${ZONE}(?:\](?=[A-Z])|[\])]?[:,|]?(?:[ \t]|$))`,
  ),
  new RegExp(String.raw`^[[(]?\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4},? ${CLOCK}${ZONE}[\])]?[:,|]?(?:[ \t]|$)`),
  new RegExp(String.raw`^\[?(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} ${CLOCK}(?:${ZONE} \d{4})?\]?(?:[ \t]|$)`),
  new RegExp(String.raw`^\[?\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?[AaPp][Mm])?\]?[:|]?(?:[ \t]|$)`),
  // Progress that a terminal would have overwritten: tqdm, Spark's stages, bars in brackets.
  /^[^|\n]{0,120}?\d{1,3}%\|[^|]{0,200}\|[^[\]\n]{0,60}\[[^\]\n]{0,80}\] ?(?=\S)/,
  /^\[Stage \d{1,9}:[^\]\n]{0,300}\] ?(?=\S)/,
  /^[ \d/]{0,40}\[[=#>*.-][=#>*. -]{3,200}\] {0,4}\d{1,3}(?:\.\d{1,3})?% ?(?=\S)/,
  // The kernel's ring buffer, then seconds or milliseconds since 1970.
  /^\[ {0,8}\d{1,9}\.\d{6}\] ?/,
  /^\d{10}(?:\d{3})?(?:\.\d{1,9})? /,
  // syslog and journald: host, program and process. Heroku: program and dyno.
  /^[\w.-]{1,64} [\w.@-]{1,64}\[\d{1,10}\]: /,
  /^[a-z][\w-]{1,30}\[[a-z][\w.-]{1,30}\]: /,
  /^[\w.-]{1,64} (?=kernel: )/,
  /^kernel: (?:\[ {0,8}\d{1,9}\.\d{6}\] ?)?/,
  // Airflow: the place in the source. Grid Engine: program, host, level.
  /^\{[\w./-]{1,80}:\d{1,6}\} /,
  /^ ?[\w-]{1,20}\|[\w.-]{1,80}\|[A-Z]\|/,
  // PBS, before what it did to a job; Render and others, before what they say themselves.
  /^=>> (?=PBS: )/,
  /^==> (?=[A-Z])/,
  // Valgrind and the compilers' sanitizers: the process.
  /^==\d{1,10}== ?/,
  // Streams: by name, by Open MPI, by torchrun.
  /^(?:\[(?:stderr|stdout|err|out)\]|(?:stderr|stdout) ?[:>|]) ?/i,
  /^\[\d{1,5},[\w:,-]{1,60}\]<std(?:err|out)>: ?/,
  /^\[(?:rank|default)\d{1,5}\]: ?/,
  // Ray's driver, before what a worker or a daemon printed.
  /^\([^()=]{0,80}(?:\([^()]{0,80}\)[^()=]{0,40})?(?:pid|ip)=[^()]{1,80}\) ?/,
  /^\((?:raylet|autoscaler|scheduler|gcs_server)[^()]{0,80}\) ?/,
  // Containers by name: docker compose, stern, SageMaker's algo-1, kubectl logs --prefix.
  /^[a-z][\w.-]{0,80}[-_][\w-]{1,40} {1,20}\| ?/,
  /^\[?[\w./-]{0,80}\balgo-\d{1,4}(?:-\w{1,20})?\]?(?: \||:)? /,
  /^\[pod\/[\w./-]{1,120}\] ?/,
  // The kubelet's words in kubectl's output, as text and as folded YAML.
  /^ {0,12}[Mm]essage: {1,12}['"]?(?=The node |Container |Pod )/,
  // Python's exception groups draw a margin, and so do programs that show what another one printed; a table has more bars.
  /^ {0,40}\+ (?=Traceback|Exception|\w+Error|File "| {2})/,
  /^ {0,40}[|\u2502] ?(?=[^|\u2502]*$)/,
];

const NAMES = 'FATAL(?! ERROR:)|CRITICAL|SEVERE|EMERGENCY|PANIC|ERROR|ERR|WARNING|WARN|INFO|NOTICE|DEBUG|TRACE|FINE';
const LEVEL_FIRST = new RegExp(String.raw`^ {0,4}[[<(]?(${NAMES})[\]>)]?(?: - |[ \t:|-]{1,8}|$)`);
const LEVEL_IN_BRACKETS = /^ {0,4}\[(fatal|critical|severe|error|err|warning|warn|info|notice|debug|trace)\] ?/i;
const LEVEL_AS_FIELD = /^(?:[a-z]{1,8}=\S{1,60} ){0,3}level=(\w{3,8}) (?:msg=)?/;
const LEVEL_AFTER_NAME = new RegExp(String.raw`^(?:- )?[\w.$/-]{1,80}(?: - ?| |:)(${NAMES})(?: -)?[ :]{1,3}`);
/** Google's logger and TensorFlow's, which writes the time before the level. */
const GLOG = /^([IWEF])(?:\d{4,8} \d\d:\d\d:\d\d(?:\.\d{1,9})? {1,8}\d{1,10})? [\w./-]{1,120}:\d{1,6}\] ?/;

/** `[main]`, `[pool-1-thread-3]`; not Spark's `[ERROR_CLASS]`, which is part of what is said. */
const BRACKETED = /^\[(?![A-Z_0-9.]{1,80}\])[\w .:/#@,+*-]{1,160}\] ?/;
const LOGGER =
  /^(?:[[(][\w .:/#@+-]{1,80}[\])] )?([A-Za-z_][\w.$/-]{0,120}(?:\[\d{1,10}\])?(?:@\w{1,20})?)(?: -|:) {0,2}/;
/** Rust's tracing: what was being done, with its fields. */
const SPAN = /^[\w:]{1,60}\{[^{}]{0,300}\}: /;
const A_CLASS = /(?:Error|Exception|Throwable|OutOfMemory|Killed|Failure|Failed|Panic|Interrupt)$/i;

/** Command lines tell how something was started, with flags such as `-XX:OnOutOfMemoryError=…`, and never how it ended. */
const ECHO =
  /^(?:\+{1,4} |\$ |# -XX:|exec |set -x|(?:Launch|Running|Executing|Starting) (?:command|with command)|[\w ]{0,20}(?:command|cmd|COMMAND|args|opts|OPTS|OPTIONS|JAVA_OPTS)\b ?[:=]|Picked up \w{1,40}:|(?:\/[\w.+-]{1,60}){1,12}\/(?:java|python[\d.]{0,4}|spark-submit|node) -)/;
const FLAGS =
  /-XX:[+-]?\w{1,60}(?:=(?:"[^"]{0,300}"|'[^']{0,300}'|\S{0,300}))?|--conf \S{1,400}|-D[\w.]{1,100}=\S{0,300}|\bOn(?:OutOfMemory)?Error='?[^'"\s]{0,200}'?/g;

/** Takes off what the transport added, reads the level, and drops echoed command lines and their flags. */
export function cleanLine(raw: string): Line {
  const [stripped, timed] = stripPrefixes(printable(raw));
  const [rest, level] = readLevel(stripped, timed);
  const indented = /^(?: {2}|\t)/.test(rest);
  const text = rest.trim();
  if (ECHO.test(text)) return { text: '', level, indented };
  return { text: text.includes('-') || text.includes('On') ? text.replace(FLAGS, '') : text, level, indented };
}

/** A line as the program wrote it: without what terminals and transports added. */
export function withoutTransport(raw: string): string {
  return stripPrefixes(printable(raw))[0];
}

function printable(raw: string): string {
  return raw.replace(ANSI, '').replace(CONTROL, '');
}

function stripPrefixes(line: string): readonly [string, boolean] {
  let rest = line;
  for (let round = 0; round < 6; round += 1) {
    const prefix = PREFIXES.find((pattern) => pattern.test(rest));
    if (prefix === undefined) break;
    rest = rest.replace(prefix, '');
  }
  return [rest, rest.length < line.length];
}

function readLevel(line: string, timed: boolean): readonly [string, Level | null] {
  const glog = GLOG.exec(line);
  if (glog) return [line.slice(glog[0].length).replace(/^"(.*)"$/, '$1'), levelOf(glog[1] ?? '')];
  const rest = timed || line.startsWith('[') ? line.replace(BRACKETED_UNLESS_LEVEL, '') : line;
  const found =
    LEVEL_FIRST.exec(rest) ??
    LEVEL_IN_BRACKETS.exec(rest) ??
    LEVEL_AS_FIELD.exec(rest) ??
    (timed ? LEVEL_AFTER_NAME.exec(rest) : null);
  if (!found) return [rest, null];
  const said = stripPrefixes(rest.slice(found[0].length))[0].replace(SPAN, '');
  return [stripLogger(said), levelOf(found[1] ?? '')];
}

const BRACKETED_UNLESS_LEVEL = new RegExp(
  String.raw`^(?!\[(?:${NAMES})\])(?!\[(?:fatal|critical|severe|error|err|warning|warn|info|notice|debug|trace)\])${BRACKETED.source.slice(1)}`,
);

function stripLogger(text: string): string {
  const unbracketed = text.replace(BRACKETED, '');
  const name = LOGGER.exec(unbracketed)?.[1];
  if (name === undefined || A_CLASS.test(name)) return unbracketed;
  return unbracketed.replace(LOGGER, '');
}

function levelOf(name: string): Level {
  if (/^(?:F|fatal|critical|severe|emergency|panic)$/i.test(name)) return 'fatal';
  return /^(?:E|err|error)$/i.test(name) ? 'error' : 'quiet';
}
