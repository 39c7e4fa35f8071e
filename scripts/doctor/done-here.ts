import { Engine } from '../../contracts/job.js';
import type { Project } from '../../settings/project.js';
import { findExternalAddress } from '../../settings/temporal.js';

/** What is done on this machine and not somewhere else. */
export interface DoneHere {
  /** Stages of these engines run here. */
  readonly engines: ReadonlySet<Engine>;
  /** The Temporal server does. */
  readonly server: boolean;
}

/** What a profile that cannot be read may leave to this machine. */
export const EVERYTHING: DoneHere = { engines: new Set(Engine.options), server: true };

/** What a project leaves to this machine. */
export function doneHere({ profile, pipelines }: Pick<Project, 'profile' | 'pipelines'>): DoneHere {
  const stages = Object.values(pipelines).flatMap((pipeline) => Object.values(pipeline.stages));
  const local = stages.filter(({ name }) => (profile.stages[name]?.platform ?? profile.platform) === 'local');
  return { engines: new Set(local.map(({ job }) => job.engine)), server: findExternalAddress() === undefined };
}
