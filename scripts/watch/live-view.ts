import type { RunSnapshot, StageView } from './snapshot.js';
import { stageLine } from './stage-line.js';
import type { RunView } from './view.js';

type Listener = (stage: StageView | undefined, over: boolean) => void;

/** A spinner and a line for each stage, redrawn in place. For a terminal only. */
export async function liveView(stages: readonly string[]): Promise<RunView> {
  const { Listr } = await import('listr2');
  const listeners: Listener[] = [];
  const list = new Listr(
    stages.map((name) => ({
      title: name,
      task: (_context: unknown, task: { title: string; skip: (message: string) => void }) =>
        new Promise<void>((resolve, reject) => {
          listeners.push((stage, over) => {
            if (stage) task.title = `${name}  ${stageLine(stage)}`;
            if (stage?.state === 'done') resolve();
            else if (stage?.state === 'failed') reject(new Error(task.title));
            else if (over) {
              task.skip(stage ? task.title : `${name}  not started`);
              resolve();
            }
          });
        }),
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { showErrorMessage: false },
    },
  );
  const drawn = list.run();
  let last: RunSnapshot = { dataDate: null, stages: [] };
  const tell = (over: boolean) => {
    listeners.forEach((listener, index) => {
      listener(
        last.stages.find(({ stage }) => stage === stages[index]),
        over,
      );
    });
  };
  return {
    update: (snapshot) => {
      last = snapshot;
      tell(false);
    },
    close: async () => {
      tell(true);
      await drawn;
    },
  };
}
