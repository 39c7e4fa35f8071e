import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { stateDir } from './home.js';

/** `server.json`: the embedded Temporal server as `tempered up` started it. `startedAt` tells a reused pid from the same process. */
export const ServerRecord = z.object({
  pid: z.int().positive(),
  startedAt: z.string(),
  address: z.string(),
  uiUrl: z.string(),
});
export type ServerRecord = Readonly<z.infer<typeof ServerRecord>>;

/** Path of the record of the embedded server. */
export function serverRecordPath(): string {
  return join(stateDir(), 'server.json');
}

/** The recorded server; undefined when none was started or it was stopped. A record does not prove that the process lives. */
export function findServerRecord(): ServerRecord | undefined {
  try {
    return ServerRecord.parse(JSON.parse(readFileSync(serverRecordPath(), 'utf8')));
  } catch {
    return undefined; // absent or unreadable: `tempered up` writes it anew
  }
}
