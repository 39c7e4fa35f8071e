import { LOOPBACK } from './ports.js';

/** What a development server is told. */
export interface ServerPlan {
  readonly port: number;
  readonly uiPort: number;
  readonly database: string;
  readonly namespace: string;
}

/**
 * A commit in write-ahead mode survives the death of any process, which is what a run must survive; only a power cut may lose the
 * last ones, never the file. Against the default journal an activity takes 10-13 ms in place of 16-79 on the same busy machine.
 */
const PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];

/**
 * The server reads its own task queues at most 20 times a second by default, for databases that thousands share. Here it is the
 * only reader, and that limit makes every activity wait: 100 ms each with it, 14 ms without (Server 1.32, measured).
 */
const POLL_LIMITS = ['transfer', 'timer', 'visibility'].map((queue) => `history.${queue}ProcessorMaxPollRPS=1000`);

/** The command line of the embedded Temporal server. */
export function serverArguments({ port, uiPort, database, namespace }: ServerPlan): readonly string[] {
  return [
    ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--ui-port', String(uiPort)],
    ...['--db-filename', database, '--log-level', 'warn', '--ui-disable-news-fetch'],
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...POLL_LIMITS.flatMap((limit) => ['--dynamic-config-value', limit]),
  ];
}
