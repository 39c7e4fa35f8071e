import type { Engine } from '../../contracts/job.js';
import type { Launch, LaunchSpec } from './launch.js';
import { launchPython } from './python.js';
import { launchSpark } from './spark.js';

const LAUNCHES: Readonly<Record<Engine, (spec: LaunchSpec) => Launch>> = {
  python: launchPython,
  ray: launchPython, // a Python program that starts a Ray of its own, which ends with it
  spark: launchSpark,
};

/** The command and the environment that start a job of an engine on one machine. */
export function launch(engine: Engine, spec: LaunchSpec): Launch {
  return LAUNCHES[engine](spec);
}
