import { FAILURE_POLICY } from '../../contracts/failure.js';
import { stateDir } from '../../settings/home.js';
import { findExternalAddress, loadTemporalConnection } from '../../settings/temporal.js';
import { findRunningServer } from '../embedded/server.js';
import { unfinishedJobs } from '../embedded/stop-jobs.js';
import { workerStatuses } from '../embedded/worker-processes.js';
import type { Answer } from '../io.js';
import { table } from '../table.js';

/** `tempered status`: what runs, from the process table and the recorded state; nothing is asked over the network. */
export function status(): Promise<Answer> {
  const external = findExternalAddress() !== undefined;
  const running = findRunningServer();
  const connection = external || running ? loadTemporalConnection() : null;
  const server = {
    state: external ? 'external' : running ? 'running' : 'stopped',
    address: connection?.address ?? null,
    uiUrl: connection?.uiUrl ?? null,
    pid: external ? null : (running?.pid ?? null),
  };
  const workers = workerStatuses();
  const jobs = unfinishedJobs(stateDir()).length;
  const up = server.state !== 'stopped' && workers.every(({ state }) => state === 'ready');
  const rows = [
    ['server', server.state, server.pid === null ? '' : `pid ${String(server.pid)}`, server.address ?? ''],
    ...workers.map(({ name, state, pid }) => [name, state, pid === null ? '' : `pid ${String(pid)}`, '']),
    ['jobs', jobs === 0 ? 'none' : `${String(jobs)} not ended`, '', ''],
  ];
  const text = [
    table(rows),
    `state  ${stateDir()}`,
    ...(server.uiUrl === null ? [] : [`open   ${server.uiUrl}`]),
    ...(up ? [] : ['next   npx tempered up']),
  ].join('\n');
  return Promise.resolve({
    document: { up, server, workers, jobs, stateDir: stateDir() },
    text,
    exitCode: up ? 0 : FAILURE_POLICY.PLATFORM_UNAVAILABLE.exitCode,
  });
}
