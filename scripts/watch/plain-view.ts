import { formatSeconds } from '../format.js';
import { type Io, note } from '../io.js';
import { stageLine } from './stage-line.js';
import { changeKey, type RunView } from './view.js';

/** One line for each change of a stage: for logs, pipes and CI. */
export function plainView(io: Io): RunView {
  const startedMs = performance.now();
  const shown = new Set<string>();
  return {
    update: ({ stages }) => {
      for (const stage of stages) {
        const key = changeKey(stage);
        if (shown.has(key) || stage.state === 'planning') continue;
        shown.add(key);
        const elapsed = formatSeconds((performance.now() - startedMs) / 1000);
        note(io, `[${elapsed}] ${stage.stage} ${stageLine(stage)}`);
      }
    },
    close: () => Promise.resolve(),
  };
}
