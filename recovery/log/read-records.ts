import { tellsOfGoingOn } from './goes-on.js';
import type { Line } from './line.js';
import { type LogRecord, RecordBuilder } from './log-record.js';
import { isCarrier } from './lead-ins.js';
import { sayingOf, simpleName } from './saying.js';
import { TEST_REPORT } from './test-report.js';

const TRACEBACK = /^(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\):$/;
/** A notebook names the exception above its frames, and once more with its message below them. */
const NOTEBOOK = /^([A-Za-z_][\w.]{1,120}(?:Error|Exception)) {2,}Traceback \(most recent call last\):?$/;
const EMBEDDED_TRACEBACK = /Traceback \(most recent call last\):$/;
const PYTHON_FRAME = /^File ".{1,400}", line \d{1,9}/;
const FRAME =
  /^(?:at [\w.$<>/@\[\] ,-]{1,300}[(:]|at (?:async )?\S{1,300} ?\(|at \/|at node:|at file:|\.{3} \d{1,6} (?:more|common frames)|\[bt\]|#\d{1,3} |goroutine \d|Stack ?trace:?$|Driver stacktrace:|[~^]{3,}|\d{1,4}: 0x)/i;
/** A stack that Spark's executors share: a task ran below it. */
const TASK_FRAME =
  /^at org\.apache\.spark\.(?:executor\.Executor\$TaskRunner|sql\.execution\.datasources\.FileScanRDD)\b/;
const DIRECT = /^The above exception was the direct cause of the following exception:$/;
const HANDLED = /^During handling of the above exception, another exception occurred:$/;
const CAUSED = /^Caused by: /;
const SUPPRESSED = /^Suppressed: /;
const THREAD = /^Exception in thread (?:"([^"]{1,200})"|(\S{1,100})(?: \([^()]{1,100}\))?:)/;
const IGNORED = /^(?:Exception ignored (?:in|on)|Error in (?:atexit|sys\.excepthook))/;
/** A class by itself or with a message, as runtimes print what nobody caught. */
const THROWN =
  /^(?:Uncaught (?:exception )?|Unhandled [Ee]xception[.:] )?(?:[A-Za-z_$][\w$]{0,80}\.){0,12}[A-Z_][\w$]{0,80}(?:Error|Exception|Throwable|[a-z]OOM)(?:\([\w.]{1,80}\))?(?: \[[A-Z_]{3,60}\])?(?: in (?:rule \S{1,80} in )?file [^:]{1,200}, line \d{1,7})?(?::|$)/;
/** A line without any of these is progress or data. */
const TELLING =
  /memory|memset|allo[cz]|speicher|m[ée]moire|memoria|vecteur|ENOMEM|oom|heap|kill|fatal|error|exception|exit|signal|abort|panic|terminat|space left|disk|quota|preempt|spot|capacity|throttl|limit|cancel|lost|evict|failed|failure|timed out|timeout|exceed|TERM_|Out_?Of|core dumped|exhaust|is invalid|Cannot |bigger than|low on resource|SIG(?:TERM|KILL)/i;
/** Not a further line of an exception's message: programs, kernels and shells speak so. */
const STANDS_ALONE =
  /^(?:[\w./-]{1,60}(?:\[\d{1,10}\])?: |FATAL|[Ff]atal|#|<---|Killed|terminate called|Aborted|Segmentation|[Ee]rror\b(?! (?:Source|Code): )|\w+ing due to|\[\w+\])/;
/** An item of a list, as in advice, documentation and a history of commits. */
const LISTED =
  /^(?:[-*+>•] |[-+](?!(?:ba|z|k|c|tc)?sh: )(?=[A-Za-z])|(?=[a-f]*\d)[\da-f]{7,12} [\w(]|\d{1,3}[.)] |\*\*(?!\*)|#{2,6} )/;
/** Spark has done all tasks of a stage or a job: executors and tasks that it lost before were made good. */
const ALL_DONE = /^Job \d{1,9} finished: |^Finished task [^\n]{1,200} \((\d{1,9})\/\1\)$/;

/** An exception without a stack is the end of a program only when this many lines or fewer stand from it to the end of the log. */
const LAST_LINES = 4;

/** A program and its command before what it says. */
const NAMED = /^[\w./-]{1,60}(?:\[\d{1,10}\])?(?: [\w-]{1,20}){0,2}:(?: |$)/;

/** A long line that ends in the middle of a sentence. */
const UNFINISHED = /^.{60,}[\w,-]$/s;

/** A JVM says on the next line why it did not start. */
const NOT_STARTED = /^Error occurred during initialization of (?:VM|boot layer)$/;

/** The errors in a server's answer, as GraphQL and JSON:API print them, up to the end of their list. */
const ANSWER = /^"errors": \[$/;
const ANSWERED = /^\],?$/;

/** How many lines a program needs at most to tell of one failure. */
const TOLD_IN = 6;

/** Between a frame and the next, or the exception, stand no more lines than these. */
const STRAY_LINES = 3;

/** Puts the lines of a log together to what was logged at once, in order. Lines of data are left out. */
export function readRecords(lines: readonly Line[]): readonly LogRecord[] {
  const reader = new RecordReader();
  for (const line of lines) reader.read(line);
  return reader.records();
}

class RecordReader {
  readonly #done: { readonly builder: RecordBuilder; readonly line: number }[] = [];
  #line = 0;
  #openedAt = 0;
  #current = new RecordBuilder('line', null, true);
  #ignoring = false;
  #inThread = false;
  #afterBlank = false;
  #state: 'ended' | 'earlier' | null = null;
  #strayed = 0;
  #inAnswer = false;
  #margin = false;
  /** The record is an exception that was set in. */
  #setIn = false;

  records(): readonly LogRecord[] {
    this.#open(new RecordBuilder('line', null, true));
    return this.#done
      .map(({ builder, line }) => {
        if (this.#line - line <= LAST_LINES) builder.wasLast();
        return builder.build();
      })
      .filter((record) => record !== null);
  }

  read(line: Line): void {
    const { text } = line;
    if (text === '') {
      this.#afterBlank = true;
      return;
    }
    this.#line += 1;
    this.#take(line);
    this.#afterBlank = false;
  }

  /** `kubectl describe` shows below the end of a container how it had ended before. */
  #isEarlier(text: string): boolean {
    if (this.#state === null && !text.startsWith('State:')) return false;
    if (/^State: {1,40}Terminated$/.test(text)) this.#state = 'ended';
    else if (/^Last State: /.test(text)) this.#state = this.#state === 'ended' ? 'earlier' : null;
    else if (/^(?:Ready|State|Restart Count|Limits|Name|Events):/.test(text)) this.#state = null;
    return this.#state === 'earlier';
  }

  /** What a server answered is no word of the program's own. */
  #isAnswer(text: string): boolean {
    if (ANSWER.test(text)) this.#inAnswer = true;
    else if (ANSWERED.test(text)) this.#inAnswer = false;
    return this.#inAnswer;
  }

  #take(line: Line): void {
    const { text, level, indented } = line;
    if (this.#isEarlier(text) || this.#isAnswer(text)) return;
    const current = this.#current;
    if (TEST_REPORT.test(text)) {
      this.#testReport(line);
      return;
    }
    if (TRACEBACK.test(text)) {
      this.#margin = indented;
      this.#openTraceback(level);
      return;
    }
    const notebook = NOTEBOOK.exec(text)?.[1];
    if (notebook !== undefined) {
      this.#open(new RecordBuilder('thrown', level, true)).say(notebook, true);
      return;
    }
    if (PYTHON_FRAME.test(text)) {
      this.#pythonFrame(level);
      return;
    }
    if (FRAME.test(text)) {
      if (TASK_FRAME.test(text)) current.noteContext(text);
      current.sawFrame(level);
      return;
    }
    if (DIRECT.test(text)) {
      current.relate('cause');
      return;
    }
    if (HANDLED.test(text)) {
      current.relate('handled');
      return;
    }
    if (SUPPRESSED.test(text)) {
      current.sawFrame();
      return;
    }
    if (CAUSED.test(text)) {
      current.say(text.replace(CAUSED, ''), true);
      return;
    }
    if (current.awaiting) {
      this.#awaited(line);
      return;
    }
    if (IGNORED.test(text)) {
      this.#ignoring = true;
      return;
    }
    const thread = THREAD.exec(text);
    if (thread) {
      this.#thread(line, thread);
      return;
    }
    if (level !== null) {
      this.#levelled(line);
      return;
    }
    if (text.startsWith(': ')) {
      // What was being called may have scrolled away.
      (current.isEmpty ? this.#open(new RecordBuilder('thrown', null, true)) : current).say(text.slice(2));
      return;
    }
    if (THROWN.test(text) && !indented) {
      this.#thrown(text);
      return;
    }
    // Python prints a thread's traceback directly below its name.
    this.#inThread = false;
    this.#plain(line);
  }

  #open(builder: RecordBuilder): RecordBuilder {
    this.#done.push({ builder: this.#current, line: this.#openedAt });
    this.#current = builder;
    this.#setIn = false;
    this.#openedAt = this.#line;
    return builder;
  }

  /** What stood before is what the tests said, expected or provoked: the runner lived to tell how it went. */
  #testReport({ text, level }: Line): void {
    this.#done.length = 0;
    this.#current = new RecordBuilder('line', level, true);
    this.#current.say(text);
  }

  #openTraceback(level: Line['level']): void {
    const { last, level: before, hasFrames } = this.#current;
    const carried = last?.className && isCarrier(last.className) && !this.#afterBlank;
    const logged = level === null && before !== null && before !== 'quiet' && !hasFrames;
    const related = !this.#current.isEmpty && this.#current.isRelating;
    if (!(carried || logged || related)) {
      const builder = this.#open(new RecordBuilder('python', level, !this.#inThread));
      if (this.#ignoring) builder.discount();
    }
    this.#ignoring = false;
    this.#inThread = false;
    this.#current.awaiting = true;
  }

  #pythonFrame(level: Line['level']): void {
    if (this.#current.isEmpty && this.#current.form === 'line') this.#open(new RecordBuilder('python', null, true));
    this.#strayed = 0;
    this.#current.sawFrame(level);
    this.#current.awaiting = true;
  }

  #awaited({ text, indented, level }: Line): void {
    // A traceback that was pasted with a margin ends at that margin.
    if (indented && !(this.#margin && sayingOf(text).className !== null)) return;
    // Source that lost its indentation, or was broken in two where the terminal ended.
    if (level === null && !isRaised(text) && this.#strayed < STRAY_LINES) {
      if (this.#markWentOn(text)) return;
      this.#strayed += 1;
      return;
    }
    this.#strayed = 0;
    this.#current.awaiting = false;
    this.#current.say(text.replace(/^\| /, ''), true);
    if (EMBEDDED_TRACEBACK.test(text)) this.#current.awaiting = true;
  }

  #thread({ text, level }: Line, thread: RegExpExecArray): void {
    const name = thread[1] ?? thread[2] ?? '';
    const rest = text.slice(thread[0].length).trim();
    if (rest === '') {
      this.#inThread = name !== 'MainThread';
      return;
    }
    const builder = this.#open(new RecordBuilder('jvm', level, name === 'main' || name === 'Driver'));
    builder.noteContext(`thread ${name}`);
    builder.sawFrame();
    builder.say(rest, THROWN.test(rest));
  }

  /** The second half of a line that was broken where the terminal ended. */
  #isWrapped({ text, indented }: Line): boolean {
    const { form, isEmpty, last } = this.#current;
    if (indented || this.#afterBlank || isEmpty || form !== 'line' || this.#line - this.#openedAt > 1) return false;
    return /^[a-z]/.test(text) && !NAMED.test(text) && UNFINISHED.test(last?.text ?? '');
  }

  /** One failure may take a few lines to tell, each directly below the other. */
  #discountRun(): void {
    if (this.#current.form !== 'line' || this.#current.isEmpty) return;
    let from = this.#openedAt;
    for (const { builder, line } of this.#done.toReversed().slice(0, TOLD_IN)) {
      if (builder.isEmpty) continue;
      if (builder.form !== 'line' || from - line > 1) return;
      builder.discount();
      from = line;
    }
  }

  #levelled({ text, level }: Line): void {
    this.#markWentOn(text);
    const builder = this.#open(new RecordBuilder('line', level, true));
    if (ALL_DONE.test(text)) for (const { builder: before } of this.#done) before.discount();
    if (TELLING.test(text)) builder.say(text);
    if (EMBEDDED_TRACEBACK.test(text)) builder.awaiting = true;
  }

  #thrown(text: string): void {
    const { level, hasFrames, isEmpty, form } = this.#current;
    const loggedWith = level !== null && !hasFrames && !isEmpty && form === 'line';
    if (loggedWith || this.#current.isRelating || this.#current.isAnnouncing) this.#current.say(text);
    else this.#open(new RecordBuilder('thrown', null, true)).say(text);
  }

  #plain(line: Line): void {
    const { text } = line;
    const current = this.#current;
    if (this.#markWentOn(text)) return;
    // A manual explains below an error what it means.
    if (this.#setIn && line.indented && sayingOf(text).className === null) current.discount();
    if (
      current.form !== 'line' &&
      !STANDS_ALONE.test(text) &&
      sayingOf(text).className === null &&
      current.continueMessage(text)
    )
      return;
    if (line.indented && current.form === 'line' && current.level !== null && current.continueMessage(text)) return;
    if (current.form === 'line' && NOT_STARTED.test(current.last?.text ?? '')) {
      current.say(text);
      return;
    }
    if (this.#isWrapped(line)) {
      current.extend(text);
      return;
    }
    if (TELLING.test(text) && !LISTED.test(text)) {
      const builder = this.#open(new RecordBuilder('line', null, true));
      builder.say(text);
      this.#setIn = line.indented && sayingOf(text).className !== null;
    }
    // What is printed ends what was logged: an exception below it is not the logger's.
    else if (current.form === 'line' && current.level === 'quiet') this.#open(new RecordBuilder('line', null, true));
  }

  #markWentOn(text: string): boolean {
    if (!tellsOfGoingOn(text) || /^[*-] /.test(text) || sayingOf(text).className !== null) return false;
    this.#current.discount();
    this.#discountRun();
    // What comes next is told after it: a traceback that joined this record would be lost with it.
    this.#open(new RecordBuilder('line', null, true));
    return true;
  }
}

/** A class by its name, or anything with a message: `args.func(args)` is a line of the program's source. */
function isRaised(text: string): boolean {
  const { className, message } = sayingOf(text.replace(/^\| /, ''), true);
  return className !== null && (message !== '' || /^_*[A-Z]/.test(simpleName(className)));
}
