import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '../../settings/home.js';
import { eventually } from './eventually.js';
import { processesWith } from './platform.js';

/** A Ray of a test's own, on this machine alone. */
export interface RayHead {
  /** Of its dashboard. */
  readonly address: string;
  /** Of its session. */
  readonly folder: () => string;
  /** Where nodes join it. */
  readonly joinAddress: string;
  /** Kills all of its processes at once, as a power failure would; whoever runs under it dies with it. */
  kill(): Promise<void>;
  /** Starts it anew on the same address: it has forgotten every job. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const MIB = 2 ** 20;
const RAY = join(projectRoot, '.venv', 'bin', 'ray');

/** Seven seconds on a quiet machine with two cores; a busy one takes minutes. */
export const START_WITHIN_MS = 240_000;

/** Ray gives up on its own dashboard after half a minute, which a busy machine needs to load its parts. */
const PATIENCE = { RAY_DASHBOARD_SUBPROCESS_MODULE_WAIT_READY_TIMEOUT: '200' };

/** What jobs may reserve of a node. */
export interface RayNodeSize {
  readonly memoryBytes: number;
  readonly cpus: number;
}

/** Starts a head on free ports of the loopback. */
export async function startRayHead(size: RayNodeSize): Promise<RayHead> {
  const [port, dashboard, client] = await freePorts(3);
  const address = `http://127.0.0.1:${String(dashboard)}`;
  const node = await nodeArguments(size);
  const argv = (folder: string) => [
    ...['start', '--head', '--temp-dir', folder, '--dashboard-host', '127.0.0.1'],
    ...['--port', String(port), '--dashboard-port', String(dashboard), '--ray-client-server-port', String(client)],
    ...node,
  ];
  let running = await start(argv, address);
  return {
    address,
    folder: () => running.folder,
    joinAddress: `127.0.0.1:${String(port)}`,
    kill: () => end(running),
    restart: async () => {
      await end(running);
      running = await start(argv, address);
    },
    close: () => end(running),
  };
}

/**
 * Lets a second node join, which ends with its head. It sees the same machine, but for a folder in which it has a disk of its own, empty at first.
 */
export async function joinRayNode(head: RayHead, size: RayNodeSize & { readonly ownDisk: string }): Promise<void> {
  // Ray's nodes on one machine share the folder of their session, and each removes the code that it needs no more.
  const code = join(head.folder(), 'session_latest', 'runtime_resources');
  const mounting = 'mount -t tmpfs none "$1" && mount -t tmpfs none "$2" && shift 2 && exec "$@"';
  const withOwnDisk = ['--mount', 'sh', '-c', mounting, 'sh', size.ownDisk, code];
  const argv = ['start', '--address', head.joinAddress, ...(await nodeArguments(size))];
  const node = spawn('unshare', [...withOwnDisk, RAY, ...argv], {
    env: { ...process.env, ...PATIENCE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [node.stdout, node.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually(
    async () => {
      if (node.exitCode !== null) throw new Error(`ray start ended with ${String(node.exitCode)}: ${said}`);
      const answer = await fetch(`${head.address}/api/v0/nodes`);
      return (await answer.text()).split('"ALIVE"').length === 3;
    },
    { withinMs: START_WITHIN_MS, everyMs: 200 },
  );
}

async function nodeArguments({ memoryBytes, cpus }: RayNodeSize): Promise<readonly string[]> {
  const [agent, agentGrpc, environments, metrics] = await freePorts(4);
  return [
    ...['--block', '--disable-usage-stats', '--node-ip-address', '127.0.0.1'],
    ...['--dashboard-agent-listen-port', String(agent), '--dashboard-agent-grpc-port', String(agentGrpc)],
    ...['--runtime-env-agent-port', String(environments), '--metrics-export-port', String(metrics)],
    ...['--num-cpus', String(cpus), '--memory', String(memoryBytes), '--object-store-memory', String(80 * MIB)],
  ];
}

interface Running {
  readonly head: ChildProcess;
  readonly folder: string;
}

async function start(argv: (folder: string) => readonly string[], address: string): Promise<Running> {
  // Short, whatever TMPDIR is: Ray puts about seventy characters of socket path below it.
  const folder = mkdtempSync('/tmp/ray-');
  let said = '';
  const head = spawn(RAY, argv(folder), {
    env: { ...process.env, ...PATIENCE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [head.stdout, head.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    await eventually(
      async () => {
        if (head.exitCode !== null) throw new Error(`ray start ended with ${String(head.exitCode)}: ${said}`);
        // The dashboard listens before it can take jobs: that answer needs the head's agent.
        return (await fetch(`${address}/api/jobs/`)).ok;
      },
      { withinMs: START_WITHIN_MS, everyMs: 200 },
    );
  } catch (error) {
    await end({ head, folder });
    throw error;
  }
  return { head, folder };
}

/** All of its processes carry its folder on their command lines. */
async function end({ head, folder }: Running): Promise<void> {
  await eventually(
    () => {
      const isAlive = head.pid !== undefined && head.exitCode === null && head.signalCode === null;
      const left = [...processesWith(folder), ...(isAlive ? [head.pid] : [])];
      for (const pid of left) kill(pid);
      return left.length === 0;
    },
    { withinMs: 30_000 },
  );
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return; // it ended meanwhile
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          resolve(server);
        });
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
