import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { profilePath, stateDir } from '../../settings/home.js';
import { findExternalAddress } from '../../settings/temporal.js';
import { withOwnHome } from './own-home.js';

test("inside it no server, profile or folder of the user's is seen, and afterwards all of them again", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tempered-own-home-'));
  const kept = { ...process.env };
  Object.assign(process.env, { TEMPORAL_ADDRESS: 'elsewhere:7233', TEMPERED_HOME: join(folder, 'user') });
  const before = { ...process.env };
  const home = join(folder, 'own');
  try {
    const seen = await withOwnHome(home, () => Promise.resolve([stateDir(), profilePath(), findExternalAddress()]));
    expect(seen).toEqual([home, join(home, 'tempered.json'), undefined]);
    await expect(withOwnHome(home, () => Promise.reject(new Error('red')))).rejects.toThrow('red');
    expect({ ...process.env }).toEqual(before);
  } finally {
    process.env = kept;
    rmSync(folder, { recursive: true });
  }
});
