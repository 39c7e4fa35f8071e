import type { EvidenceEngine } from '../../contracts/evidence.js';
import type { Region } from '../../contracts/verdict.js';
import { OF_A_DEVICE, OFF_HEAP } from './memory-words.js';
import type { Place } from './rule.js';

/** Whose heap it was: an executor names itself with a number, tasks of local mode run in the driver. */
export function javaHeap({ facts, saying, context }: Place): Region {
  if (!facts.isSpark) return 'jvm-heap';
  const words = `${context} ${saying.text}`;
  if (/\bexecutor driver\b/.test(words)) return 'driver-heap';
  if (
    /\bexecutor \d|\(TID |Executor task launch|Exception in task|Executor self-exiting|Executor\$TaskRunner|FileScanRDD|CoarseGrainedExecutor|ExecutorLostFailure|YarnAllocator|exited with (?:exit )?code 52|52\(JVM OOM\)/.test(
      words,
    )
  ) {
    return facts.isLocalSpark ? 'driver-heap' : 'jvm-heap';
  }
  return facts.isExecutorsLog ? 'jvm-heap' : 'driver-heap';
}

/** Memory that Spark's tasks share: an executor's, unless driver and tasks are one JVM. */
export function taskHeap({ facts, saying, context }: Place): Region {
  if (facts.isLocalSpark || facts.code === 52) return javaHeap({ facts, saying, context });
  return 'jvm-heap';
}

/** Services whose jobs have a machine to themselves, and no smaller limit on it. */
const ON_MACHINES: ReadonlySet<EvidenceEngine> = new Set(['emr', 'sagemaker']);

/** The memory that a job as a whole may use: its machine's where it is a process of that, else its container's. */
export function ownMemory({ facts: { engine } }: Place): Region {
  return ON_MACHINES.has(engine) ? 'host' : 'container';
}

/** Spark's scheduler tells of what a task threw. */
const TOLD_BY_SPARK =
  /^Lost task [\d.]{1,20} in stage .{0,200}?: (?:java|scala|org|com)\.[\w.$]{1,160}(?:Exception|Error)\b/s;

/** An allocation that failed: in an exception of Python it is Python's memory, in a line of a program the machine's. */
export function allocator(place: Place): Region {
  const { facts, saying } = place;
  const { className } = saying;
  if (OF_A_DEVICE.test(saying.text)) return 'gpu';
  if (className === null && TOLD_BY_SPARK.test(saying.text)) return taskHeap(place);
  // ClientError is SageMaker's word for its instance; programs print Error, Python has no such class.
  if (className === null || /(?:^|\.)ClientError$|^Error$/.test(className)) return 'host';
  if (isJava(className) && /\bbad_alloc\b|\berror=12\b|Cannot allocate memory/.test(saying.text)) return 'host';
  if (isJava(className)) return OFF_HEAP.test(saying.text) ? 'direct-buffer' : javaHeap({ facts, saying, context: '' });
  return facts.engine === 'node' ? 'host' : 'python-worker';
}

/** Which memory a class named after its exhaustion means: an accelerator's, what lies beside the heap, or its runtime's own. */
export function memoryOfClass(place: Place): Region {
  const { className, text } = place.saying;
  if (OF_A_DEVICE.test(text)) return 'gpu';
  if (className === null || !isJava(className)) return allocator(place);
  return OFF_HEAP.test(text) ? 'direct-buffer' : taskHeap(place);
}

function isJava(className: string): boolean {
  return /^(?:java|javax|scala|org|com|io|ai)\./.test(className);
}

/** A heap that a line without a class speaks of. */
export function heapOf(place: Place): Region {
  if (place.facts.engine === 'node') return 'node-heap';
  const isJvm = place.facts.isSpark || place.facts.engine === 'jvm' || /\b(?:JVM|Java)\b/i.test(place.saying.text);
  return isJvm ? javaHeap(place) : allocator(place);
}

/** True for words that name a limit of a container, whoever speaks. */
export function namesContainer(text: string): boolean {
  return /(?<![a-z])(?:quota|cgroup|container|pod|dyno)(?![a-z])/i.test(text);
}

/** Whose memory a program means that only says that there is none left. */
export function ownerOf(place: Place): Region {
  if (OF_A_DEVICE.test(place.saying.text)) return 'gpu';
  if (namesContainer(place.saying.text)) return 'container';
  return place.facts.engine === 'jvm' ? heapOf(place) : 'host';
}
