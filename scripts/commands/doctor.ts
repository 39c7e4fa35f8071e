import { FAILURE_POLICY, TemperedError } from '../../contracts/failure.js';
import { type LoadedProfile, loadProfile } from '../../settings/profile.js';
import { type Check, ok } from '../doctor/check.js';
import { checkMachine, profileFailure } from '../doctor/check-machine.js';
import { checkTools } from '../doctor/check-tools.js';
import type { Answer } from '../io.js';
import { table } from '../table.js';

/** `tempered doctor`: everything that a run needs, each with what was found and what to do. Exit code 3 when something fails. */
export async function doctor(): Promise<Answer> {
  const tools = checkTools();
  const profile = readProfile();
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

function readProfile(): { readonly profile: LoadedProfile; readonly loaded: Check } | { readonly check: Check } {
  try {
    const profile = loadProfile();
    return { profile, loaded: ok('profile', profile.path ?? 'none: the defaults hold') };
  } catch (error) {
    if (!(error instanceof TemperedError)) throw error;
    return { check: profileFailure(error.message) };
  }
}
