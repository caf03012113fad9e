import {
  profileOf,
  profileProblems,
  type Configuration,
  type ProfileChoice,
  type ServerProfile,
} from '@emberlab/contract';
import type { Profile, Toleration } from '../../spawners/profile.ts';

/** What a server runs in: `profile` null: there are none, and it runs in what its spawner has. `problem`: why nothing can start, a sentence. */
export type ChosenProfile = { readonly profile: Profile | null; readonly problem: string | null };

export type ProfileService = ReturnType<typeof createProfileService>;

const noneAllowed = 'The project may use none of the profiles for Jupyter servers. Please ask an administrator.';

/** The profiles of the settings, and which of them projects may use. `profiles`: the default first. */
export function createProfileService({
  profiles,
  nameOf,
}: {
  readonly profiles: readonly Profile[];
  /** the name of a project; null: it is gone */
  readonly nameOf: (projectId: string) => Promise<string | null>;
}) {
  /** Those that a project may use, that of configurations that name none first. */
  const allowed = async (projectId: string): Promise<Profile[]> => {
    if (profiles.length === 0) return [];
    const name = await nameOf(projectId);
    return profiles.filter(({ projects }) => projects === null || (name !== null && projects.includes(name)));
  };

  return {
    choices: async (projectId: string): Promise<ProfileChoice[]> => (await allowed(projectId)).map(choiceOf),

    /** Why a project's server can't be started with a profile, or with what is asked of it, by fields of its configuration. */
    async problems(projectId: string, configuration: Configuration): Promise<ReturnType<typeof profileProblems>> {
      const choices = (await allowed(projectId)).map(choiceOf);
      const barred = profiles.length > 0 && choices.length === 0;
      return barred ? [{ path: ['profile'], message: noneAllowed }] : profileProblems(configuration, choices);
    },

    /** The profile of a server that has this configuration. */
    async choose(projectId: string, configuration: Configuration): Promise<ChosenProfile> {
      const mine = await allowed(projectId);
      const choices = mine.map(choiceOf);
      const chosen = profileOf(choices, configuration);
      const profile = mine.find(({ name }) => name === chosen?.name) ?? null;
      if (profile !== null) return { profile, problem: null };
      if (profiles.length > 0 && mine.length === 0) return { profile, problem: noneAllowed };
      return { profile, problem: profileProblems(configuration, choices)[0]?.message ?? null };
    },

    list: async (): Promise<{ items: ServerProfile[]; next: null }> => ({
      items: profiles.map((profile, index) => ({
        ...choiceOf(profile),
        isDefault: index === 0,
        projects: profile.projects === null ? null : [...profile.projects],
        places: [
          ...Object.entries(profile.nodeSelector).map(([key, value]) => `${key}=${value}`),
          ...profile.tolerations.map((one) => `tolerates ${spellToleration(one)}`),
        ],
      })),
      next: null,
    }),
  };
}

const choiceOf = ({ name, label, description, image, gives, most }: Profile): ProfileChoice => ({
  name,
  label,
  description,
  image,
  gives: { ...gives },
  most: { ...most },
});

const spellToleration = ({ key = 'all taints', value, effect }: Toleration): string =>
  `${key}${value === undefined ? '' : `=${value}`}${effect === undefined ? '' : ` (${effect})`}`;
