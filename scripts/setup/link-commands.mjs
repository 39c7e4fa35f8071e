import { lstatSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './step.mjs';

/** Makes `npx tempered` and `npx start-workflow` work: npx looks here, and npm links only the commands of dependencies. */
export function linkCommands() {
  for (const name of ['tempered', 'start-workflow']) {
    const link = join(ROOT, 'node_modules/.bin', name);
    const target = `../../bin/${name}.mjs`;
    const there = lstatSync(link, { throwIfNoEntry: false });
    if (there?.isSymbolicLink() && readlinkSync(link) === target) continue;
    rmSync(link, { force: true });
    symlinkSync(target, link);
  }
}
