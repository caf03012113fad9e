import type { PlatformProperties, SparkPlace } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { ProjectBus } from '../../http/project-events.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ProfileService } from '../profiles/index.ts';

/** What the configurations feature is built from. */
export type ConfigurationsDeps = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly bus: ProjectBus;
  readonly projects: {
    nameOf(projectId: string): Promise<string | null>;
    /** the folder of a project by its name, absolute */
    folderOf(name: string): string;
  };
  /** Whether the files of projects are in a storage, from which none is brought to what runs. Default: they are in folders. */
  readonly filesElsewhere?: boolean;
  /** What servers run in. */
  readonly profiles: Pick<ProfileService, 'choices' | 'problems'>;
  readonly spark: {
    /** Where Spark applications of a project run. */
    place(projectId: string): Promise<SparkPlace>;
    /** Why no configuration of the project can name this engine; null: it can. `wanted` null: it names none. */
    engineProblem(projectId: string, wanted: string | null): Promise<string | null>;
    /** What is set on this engine beside what a configuration says. */
    platformProperties(
      projectId: string,
      wanted: string | null,
      request: { readonly projectFolder: string; readonly properties: Readonly<Record<string, string>> },
    ): Promise<PlatformProperties>;
    /** Why the paths in a property's value can't be used, if so. */
    pathProblem(name: string, value: string, projectFolder: string): Promise<string | null>;
  };
};
