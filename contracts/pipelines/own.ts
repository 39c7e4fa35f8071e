import type { z } from 'zod';
import type { Pipeline } from './index.js';

/** What a pipeline file of a user's own exports by default. Its workflow is exported under the same name by `workflow.ts` beside it. */
export interface OwnPipeline extends Omit<Pipeline, 'root'> {
  readonly name: string;
}

/** What a caller may give to a pipeline. */
export type InputOf<P extends Pick<Pipeline, 'input'>> = Readonly<z.input<P['input']>>;

/** What its workflow gets: every default filled in. */
export type ParamsOf<P extends Pick<Pipeline, 'input'>> = Readonly<z.output<P['input']>>;
