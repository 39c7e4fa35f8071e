import { expect, test } from '@jest/globals';
import { stepExitCode } from './step-exit.js';

const COMMAND =
  'hadoop jar /var/lib/aws/emr/step-runner/hadoop-jars/command-runner.jar spark-submit s3://data/bootstrap.py';

test.each([
  { given: 'what command-runner wrote last', log: "Killed\nCommand exiting with ret '137'\n", then: 137 },
  {
    given: 'its own last word of several',
    log: "Command exiting with ret '1'\nCommand exiting with ret '52'",
    then: 52,
  },
  {
    given: "the controller's account of a process",
    log: `INFO waitProcessCompletion ended with exit code 137 : ${COMMAND}\nINFO total process run time: 26 seconds\n`,
    then: 137,
  },
  {
    given: "the controller's account of a step",
    log: '2026-11-29T02:13:28.392Z WARN Step failed with exitCode 143 and took 26 seconds\n',
    then: 143,
  },
  {
    given: 'a step that never had a process',
    log: 'WARN Step failed with exitCode -1 and took 2586 seconds',
    then: null,
  },
  { given: 'words within a line of the program', log: "row 7: Command exiting with ret '137' (quoted)\n", then: null },
  { given: 'nothing', log: '', then: null },
])('$given tells how the step exited: $then', ({ log, then }) => {
  expect(stepExitCode(log)).toBe(then);
});
