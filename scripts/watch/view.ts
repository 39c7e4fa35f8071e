import type { RunSnapshot, StageView } from './snapshot.js';

/** Something that shows a run to a person while it goes on. */
export interface RunView {
  update(snapshot: RunSnapshot): void;
  /** Leaves the terminal as it should be; nothing is shown after it. */
  close(): Promise<void>;
}

/** For `--json` and for scripts: the final document says it all. */
export const SILENT_VIEW: RunView = { update: () => undefined, close: () => Promise.resolve() };

/** What makes two pictures of a stage worth two lines. */
export function changeKey({ stage, state, attempt }: StageView): string {
  return `${stage} ${state} ${String(attempt)}`;
}
