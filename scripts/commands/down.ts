import { bringDown } from '../embedded/down.js';
import { formatSeconds } from '../format.js';
import type { Answer } from '../io.js';

/** `tempered down`: stops the embedded platform; runs go on at the next `up`. */
export async function down(): Promise<Answer> {
  const report = await bringDown();
  const stopped = [
    ...report.workers.map((name) => `worker ${name}`),
    ...(report.jobs > 0 ? [`${String(report.jobs)} job${report.jobs > 1 ? 's' : ''}`] : []),
    ...(report.server ? ['server'] : []),
  ];
  const text =
    stopped.length === 0
      ? 'down   nothing was running'
      : `down   ${stopped.join(', ')} stopped in ${formatSeconds(report.seconds)}; runs that were going on continue at the next: npx tempered up`;
  return { document: report, text };
}
