import {
  defaultConfiguration,
  sameConfiguration,
  type CheckedConfiguration,
  type Configuration,
  type ConfigurationDefaults,
  type ConfigurationPlace,
  type ConfigurationUse,
} from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { toInstantOrNull } from '../../lib/clock.ts';
import { checkConfiguration } from './check.ts';
import type { ConfigurationsDeps } from './deps.ts';
import type { ConfigurationStore, Whose } from './store.ts';

export type ConfigurationService = ReturnType<typeof createConfigurationService>;

/** Members' configurations, and what projects begin with. Who has said nothing else follows their project's defaults. */
export function createConfigurationService(deps: ConfigurationsDeps & { store: ConfigurationStore }) {
  const { store, clock, bus, spark, profiles } = deps;

  async function defaults(projectId: string): Promise<ConfigurationDefaults> {
    const stored = await store.defaults(projectId);
    const { jupyter, jobs } = stored ?? { jupyter: defaultConfiguration, jobs: defaultConfiguration };
    return { jupyter, jobs, changedAt: toInstantOrNull(stored?.changedAt ?? null) };
  }

  async function check(
    projectId: string,
    configuration: Configuration,
    use: ConfigurationUse,
  ): Promise<CheckedConfiguration> {
    const name = await deps.projects.nameOf(projectId);
    if (name === null) throw new HttpError('not_found');
    const folder = deps.projects.folderOf(name);
    return checkConfiguration(deps, { projectId, folder, use }, configuration);
  }

  return {
    defaults,
    check,
    place: async (projectId: string): Promise<ConfigurationPlace> => ({
      ...(await spark.place(projectId)),
      profiles: await profiles.choices(projectId),
    }),

    /** The member's for Jupyter: their own, else the project's default. */
    get: async (whose: Whose): Promise<Configuration> =>
      (await store.own(whose)) ?? (await defaults(whose.projectId)).jupyter,

    /** Keeps the member's own; one that is as the project's default says follows that from then on. */
    async save(whose: Whose, value: Configuration): Promise<Configuration> {
      if (sameConfiguration(value, (await defaults(whose.projectId)).jupyter)) await store.remove(whose);
      else await store.save(whose, value, clock.now());
      return value;
    },

    /** Lets the member follow the project's default. */
    async reset(whose: Whose): Promise<Configuration> {
      await store.remove(whose);
      return (await defaults(whose.projectId)).jupyter;
    },

    async saveDefaults(
      projectId: string,
      { jupyter, jobs }: { jupyter: Configuration; jobs: Configuration },
    ): Promise<ConfigurationDefaults> {
      await store.saveDefaults(projectId, { jupyter, jobs, changedAt: clock.now() });
      const saved = await defaults(projectId);
      bus.publish({ projectId, users: [], present: () => ({ type: 'configuration-defaults', defaults: saved }) });
      return saved;
    },

    /** Throws `bad_request`, with every problem, for a configuration that nothing can run with. */
    async mustBeRight(projectId: string, configuration: Configuration, use: ConfigurationUse): Promise<void> {
      const { problems } = await check(projectId, configuration, use);
      const [first] = problems;
      if (first === undefined) return;
      const sentences = problems.map(({ path, line, message }) => ({
        path: `configuration.${path}`,
        message: line === null ? message : `Line ${line}: ${message}`,
      }));
      const message = `The configuration can't be used. ${sentences[0]?.message ?? first.message}`;
      throw new HttpError('bad_request', { message, details: sentences });
    },
  };
}
