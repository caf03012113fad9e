import { formatMegabytes } from './differences.ts';
import type { ConfigurationProblem } from './problems.ts';
import type { Configuration } from './shape.ts';
import type { ProfileChoice } from '../schemas/profiles.ts';

/** The profile that a configuration means among those that its project may use; the first is that of configurations that name none. */
export const profileOf = (
  profiles: readonly ProfileChoice[],
  { profile }: Pick<Configuration, 'profile'>,
): ProfileChoice | undefined => (profile === null ? profiles[0] : profiles.find(({ name }) => name === profile));

/** What is wrong with a server's configuration beside the profiles that its project may use: its profile, or what it asks of that. */
export function profileProblems(
  configuration: Configuration,
  profiles: readonly ProfileChoice[],
): ConfigurationProblem[] {
  const { profile } = configuration;
  const chosen = profileOf(profiles, configuration);
  if (profile !== null && chosen === undefined)
    return [{ path: ['profile'], message: noSuchProfile(profile, profiles) }];
  if (chosen === undefined || configuration.type !== 'python') return [];
  const { memoryMb, cores } = configuration;
  const { label, most } = chosen;
  const problems: ConfigurationProblem[] = [];
  if (most.memoryMb !== null && memoryMb > most.memoryMb) {
    const message = `The profile “${label}” gives ${formatMegabytes(most.memoryMb)} at most.`;
    problems.push({ path: ['memoryMb'], message });
  }
  if (most.cores !== null && cores > most.cores) {
    const message = `The profile “${label}” gives ${most.cores} ${most.cores === 1 ? 'core' : 'cores'} at most.`;
    problems.push({ path: ['cores'], message });
  }
  return problems;
}

/** A sentence about a profile that is gone, or not for the project. */
function noSuchProfile(name: string, profiles: readonly ProfileChoice[]): string {
  const none = `There is no profile ${name} for this project any more.`;
  if (profiles.length === 0) return `${none} Please choose none.`;
  return `${none} Please choose one of these: ${profiles.map(({ label }) => label).join(', ')}.`;
}

/** What people read where a job's configuration names a profile. */
export const jobProfileProblem =
  'Jobs run on Emberlab’s own machine, where there are no profiles: please leave the profile out.';

/** What is wrong with a job's configuration because it names a profile. */
export const jobProfileProblems = ({ profile }: Configuration): ConfigurationProblem[] =>
  profile === null ? [] : [{ path: ['profile'], message: jobProfileProblem }];
