import { javaHeap, taskHeap } from './regions.js';
import { ONLY_OF_EXCEPTIONS, type TextRule } from './rule.js';

const HOTSPOT = 'OpenJDK 17: messages of java.lang.OutOfMemoryError and of HotSpot, observed';
const OOM = String.raw`^(?:java\.lang\.)?OutOfMemoryError: [^\n]{0,200}?`;

/** The Java virtual machine. One class, `java.lang.OutOfMemoryError`, for different memories: the message tells which. */
export const JVM_RULES: readonly TextRule[] = [
  {
    id: 'jvm-metaspace',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'metaspace',
    in: 'class',
    pattern: new RegExp(`${OOM}(?:Metaspace|Compressed class space|PermGen space)`),
    source: HOTSPOT,
  },
  {
    id: 'jvm-direct-buffer',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'direct-buffer',
    in: 'class',
    pattern: new RegExp(`${OOM}(?:direct buffer memory|Direct buffer|direct memory)`, 'i'),
    source: HOTSPOT,
  },
  {
    id: 'netty-direct-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'direct-buffer',
    in: 'class',
    pattern: /^(?:[\w.]{0,80}\.)?OutOfDirectMemoryError\b/,
    source: 'Netty: io.netty.util.internal.PlatformDependent',
  },
  {
    id: 'jvm-array-limit',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'array-limit',
    in: 'class',
    pattern: new RegExp(
      `${OOM}(?:Requested array size|Required (?:array )?(?:length|size)|array size exceed|exceeds implementation limit|String size is|Overflow: String length|Cannot allocate .{0,40}array)`,
      'i',
    ),
    source: HOTSPOT,
  },
  {
    id: 'jvm-native-thread',
    kind: 'out-of-memory',
    certainty: 'ambiguous',
    region: 'threads',
    in: 'class',
    pattern: new RegExp(`${OOM}(?:native thread|Cannot create (?:GC|worker) thread)`),
    source: `${HOTSPOT}; a limit on processes says the same`,
  },
  {
    id: 'jvm-native-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'class',
    pattern: new RegExp(
      `${OOM}(?:Map failed|Out of swap space|[Nn]ative memory|(?:Unable|Failed) to allocate \\d+ bytes)`,
    ),
    source: HOTSPOT,
  },
  {
    id: 'spark-memory-manager',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: taskHeap,
    in: 'class',
    pattern: /^(?:[\w.]{0,80}\.)?SparkOutOfMemoryError\b/,
    source: 'Spark: org.apache.spark.memory.SparkOutOfMemoryError, UNABLE_TO_ACQUIRE_MEMORY',
  },
  {
    id: 'jvm-heap',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: javaHeap,
    in: 'class',
    pattern: /^(?:java\.lang\.OutOfMemoryError\b|OutOfMemoryError: (?:Java heap|GC overhead|heap))/,
    source: HOTSPOT,
  },
  {
    id: 'jvm-heap-carried',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: javaHeap,
    in: 'message',
    pattern:
      /(?:^|(?<!OutOfMemoryError): )(?:java\.lang\.OutOfMemoryError: )?(?:Java heap space|GC overhead limit exceeded)\b/,
    also: ONLY_OF_EXCEPTIONS,
    source: 'JPype, H2O and other clients of a JVM hand on the error or its message alone',
  },
  {
    id: 'jvm-heap-in-handler',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: javaHeap,
    in: 'class',
    pattern: /^Exception: java\.lang\.OutOfMemoryError thrown from the UncaughtExceptionHandler in thread\b/,
    source: 'HotSpot: JavaThread::exit, when not even the message can be built',
  },
  {
    id: 'jvm-on-oom-command',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: javaHeap,
    in: 'statement',
    pattern: /# java\.lang\.OutOfMemoryError: (?:Java heap space|GC overhead)/,
    source: 'HotSpot: OnOutOfMemoryError, observed',
  },
  {
    id: 'jvm-crash-on-oom',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: javaHeap,
    in: 'statement',
    pattern:
      /(?:# ? ?)?(?:fatal error: OutOfMemory encountered: (?:Java heap|GC overhead)|(?:Internal Error|fatal error).{0,80}OutOfMemory encountered: Java heap)/,
    source: 'HotSpot: CrashOnOutOfMemoryError, observed',
  },
  {
    id: 'jvm-setting-too-large',
    kind: 'invalid-input',
    certainty: 'definite',
    region: null,
    in: 'statement',
    pattern:
      /(?:Error occurred during initialization of (?:VM|boot layer)|(?:OpenJDK|Java HotSpot).{0,60}warning: .{0,120}error='(?:Cannot allocate|Not enough space).{0,60}|Could not reserve enough space for|Error: Could not create the Java Virtual Machine|Invalid maximum heap size|Initial heap size set to a larger value|Too small (?:initial|maximum) heap|Unrecognized (?:VM )?option)/,
    source: 'HotSpot: a heap that the machine cannot hold, at start; more memory for the job makes it worse, observed',
  },
  {
    id: 'jvm-native-allocation',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern:
      /(?:# ? ?)?(?:There is insufficient memory for the Java Runtime Environment to continue|Native memory allocation \((?:mmap|malloc|mprotect)\) failed|Out of Memory Error \()/,
    source: 'HotSpot: os::vm_exit_out_of_memory',
  },
  {
    id: 'jvm-collector-thrashing',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'jvm-heap',
    in: 'statement',
    pattern:
      /Shutting down JVM after \d+ consecutive periods of measured GC thrashing|Expiring Daemon because JVM heap space is exhausted|The Native Image build process ran out of memory/,
    source: 'Tools that watch their own heap: Apache Beam MemoryMonitor, the Gradle daemon, GraalVM native-image',
  },
  {
    id: 'jvm-heap-words',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: javaHeap,
    in: 'statement',
    pattern: /(?:Java heap space|GC overhead limit exceeded)$/,
    source: 'HotSpot: the message alone, as Maven and Ant print it',
  },
];
