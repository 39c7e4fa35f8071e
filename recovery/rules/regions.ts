import type { Region } from '../../contracts/verdict.js';
import type { Place } from './rule.js';

/** Whose heap it was: an executor names itself with a number, tasks of local mode run in the driver. */
export function javaHeap({ facts, saying, context }: Place): Region {
  if (!facts.isSpark) return 'jvm-heap';
  const words = `${context} ${saying.text}`;
  if (/\bexecutor driver\b/.test(words)) return 'driver-heap';
  if (
    /\bexecutor \d|\(TID |Executor task launch|Exception in task|Executor self-exiting|CoarseGrainedExecutor|ExecutorLostFailure|YarnAllocator|exited with (?:exit )?code 52|52\(JVM OOM\)/.test(
      words,
    )
  ) {
    return facts.isLocalSpark ? 'driver-heap' : 'jvm-heap';
  }
  return 'driver-heap';
}

/** Memory that Spark's tasks share: an executor's, unless driver and tasks are one JVM. */
export function taskHeap({ facts, saying, context }: Place): Region {
  if (facts.isLocalSpark || facts.code === 52) return javaHeap({ facts, saying, context });
  return 'jvm-heap';
}

/** An allocation that failed: in an exception of Python it is Python's memory, in a line of a program the machine's. */
export function allocator({ facts, saying }: Place): Region {
  const { className } = saying;
  // ClientError is SageMaker's word for its instance.
  if (className === null || /(?:^|\.)ClientError$/.test(className)) return 'host';
  if (/^(?:java|scala|org|com|io)\./.test(className)) return javaHeap({ facts, saying, context: '' });
  return facts.engine === 'node' ? 'host' : 'python-worker';
}
