import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Runs a body whose embedded platform is one of its own: its folder, its profile, its server, whatever the environment or a
 * configuration file says of others. The environment is put back at the end.
 * @param home folder of everything that this platform keeps; its `tempered.json` is the profile
 */
export async function withOwnHome<T>(home: string, body: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  const noSettings = join(home, 'temporal.toml'); // without it the user's own file would be read
  await mkdir(home, { recursive: true });
  await writeFile(noSettings, '[profile]\n'); // the SDK cannot read an empty one
  for (const name of Object.keys(process.env)) if (/^TEMPORAL_/.test(name)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, {
    TEMPERED_HOME: home,
    TEMPERED_PROFILE: join(home, 'tempered.json'),
    TEMPORAL_CONFIG_FILE: noSettings,
  });
  try {
    return await body();
  } finally {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  }
}
