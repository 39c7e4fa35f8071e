// What would make a workflow take other steps when its history is replayed, or cost memory for each workflow in the cache.
import { builtinModules } from 'node:module';

/** Globals that a workflow may not touch. */
export const WORKFLOW_GLOBALS = [
  { name: 'process', message: 'A workflow must not depend on the process it runs in; make it a field of the input.' },
  { name: 'setTimeout', message: "Use sleep('…') of @temporalio/workflow: it is recorded in the history." },
  { name: 'setInterval', message: "Use sleep('…') of @temporalio/workflow in a loop." },
  { name: 'fetch', message: 'I/O belongs to an activity.' },
  { name: 'console', message: 'Use log of @temporalio/workflow: it is silent during replay.' },
  { name: 'crypto', message: 'Randomness comes from seeds in the input.' },
  { name: 'performance', message: 'The data date and the times of stages come from activities.' },
];

/** Code that reads the clock or draws random numbers. */
export const WORKFLOW_SYNTAX = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'The data date is an input and durations come from activities: no clock here.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The data date is an input of the run, never the clock.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Randomness comes from seeds in the input.',
  },
];

const NO_NODE = 'Node modules do I/O or differ between machines: make it an activity.';

/** Modules that a workflow may not import; types may come from anywhere. */
export const WORKFLOW_IMPORTS = {
  paths: builtinModules.map((name) => ({ name, message: NO_NODE })),
  patterns: [
    { group: ['node:*'], message: NO_NODE },
    {
      group: ['zod', 'zod/*'],
      allowTypeImports: true,
      message: 'A schema costs about 0.75 MB for each cached workflow: parse in an activity.',
    },
    { group: ['**/activities/**'], allowTypeImports: true, message: 'Import only the types of activities.' },
  ],
};
