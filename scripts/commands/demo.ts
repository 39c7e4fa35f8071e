import { PIPELINES } from '../../contracts/pipelines/index.js';
import { type Answer, type Io, note } from '../io.js';
import { startWorkflow } from './start-workflow.js';
import { up } from './up.js';

/** How large the demo is. */
export interface DemoOptions {
  readonly rows: number;
  readonly json?: boolean;
}

const STOP = 'npx tempered down                                       stop the platform, which is left running';

/** What a person may want to do after a run that came to an end. */
const AFTER_SUCCESS = [
  'npx start-workflow predict --watch                      batch inference with the champion',
  'npx start-workflow salary --set rows=30000000 --watch   full size',
  'npx tempered runs                                       all runs; also: show RUN, logs RUN, preview URI',
  STOP,
];

/** `npm run demo`: the platform up, one run of the salary pipeline, and what to do next. The platform is left running. */
export async function demo(io: Io, { rows, json = false }: DemoOptions): Promise<Answer> {
  note(io, (await up()).text.replace(/\nnext .*$/, ''));
  const answer = await startWorkflow(io, {
    name: 'salary',
    pipeline: PIPELINES.salary,
    set: [`rows=${rows}`],
    watch: true,
    json,
  });
  const next = (answer.exitCode ?? 0) === 0 ? AFTER_SUCCESS : [STOP];
  return {
    ...answer,
    text: [answer.text, ...next.map((line, index) => `${index === 0 ? 'next   ' : '       '}${line}`)].join('\n'),
  };
}
