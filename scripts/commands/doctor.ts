import { FAILURE_POLICY, TemperedError } from '../../contracts/failure.js';
import { loadProject, type Project } from '../../settings/project.js';
import { type Finding, ok } from '../../platforms/finding.js';
import { checkMachine, profileFailure } from '../doctor/check-machine.js';
import { checkTools } from '../doctor/check-tools.js';
import { doneHere, EVERYTHING } from '../doctor/done-here.js';
import type { Answer } from '../io.js';
import { table } from '../table.js';

/** `tempered doctor`: everything that a run needs, each with what was found and what to do. Exit code 3 when something fails. */
export async function doctor(): Promise<Answer> {
  const profile = await readProfile();
  const tools = checkTools('check' in profile ? EVERYTHING : doneHere(profile.profile));
  const machine = 'check' in profile ? [profile.check] : [profile.loaded, ...(await checkMachine(profile.profile))];
  const checks = [...(await tools), ...machine];
  const failed = checks.some(({ verdict }) => verdict === 'fail');
  const remedies = checks.flatMap(({ name, remedy }) => (remedy === null ? [] : [`next   ${name}: ${remedy}`]));
  const text = [table(checks.map(({ name, verdict, found }) => [verdict, name, found])), ...remedies].join('\n');
  return {
    document: { ok: !failed, checks },
    text,
    exitCode: failed ? FAILURE_POLICY.PLATFORM_UNAVAILABLE.exitCode : 0,
  };
}

type ReadProfile = { readonly profile: Project; readonly loaded: Finding } | { readonly check: Finding };

async function readProfile(): Promise<ReadProfile> {
  try {
    const profile = await loadProject();
    const own = profile.ownWorkflows.map(({ name }) => name);
    const found = own.length === 0 ? '' : `, with the pipelines ${own.join(', ')}`;
    return { profile, loaded: ok('profile', profile.path === null ? 'none: the defaults hold' : profile.path + found) };
  } catch (error) {
    if (!(error instanceof TemperedError)) throw error;
    return { check: profileFailure(error.message) };
  }
}
