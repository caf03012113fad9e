import type { Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/schema.ts';
import type { EdgeTickets } from '../../edge/ports.ts';
import type { ProjectBus } from '../../http/project-events.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Spawner } from '../../spawners/spawner.ts';
import type { ConfigurationService } from '../configurations/index.ts';
import type { PythonOfProject } from '../environments/index.ts';
import type { Admission } from '../limits/index.ts';
import type { Programs, RunNotebooks } from '../sessions/index.ts';
import type { EndListener } from './executions/announce.ts';

/** What the jobs feature is built from. */
export type JobsDeps = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly bus: ProjectBus;
  readonly log: Log;
  readonly tickets: EdgeTickets;
  readonly config: Pick<
    Config,
    'jobRunLimit' | 'runsKept' | 'host' | 'port' | 'serverLimits' | 'sessionStartTimeoutMs'
  >;
  /** what runs Python programs: as servers, but once, and apart from them */
  readonly spawner: Spawner;
  /** what runs Spark programs */
  readonly programs: Programs;
  /** The sessions by which kernels of notebooks reach Spark. */
  readonly notebooks: RunNotebooks;
  readonly tokens: {
    /** Answers the secret with which the kernel of a run's notebook reaches its project's gateway. */
    issueForRun(run: { executionId: number; userId: string; projectId: string }): Promise<string>;
    revokeForRun(executionId: number): Promise<void>;
  };
  /** Whether the sessions of a project run on a Livy, which runs no jobs. */
  hasLivy(projectId: string): Promise<boolean>;
  /** Whether drivers can run R. */
  hasSparkR(): Promise<boolean>;
  readonly environments: {
    /** Throws `HttpError('environment_not_ready')`. */
    pythonFor(projectId: string): Promise<PythonOfProject>;
    /** That of a revision; null: it has no files any more. */
    pythonAt(projectId: string, number: number): Promise<PythonOfProject | null>;
    /** Whether the wait for an environment has an end: null while one is being made, else why there is none. */
    whyNone(projectId: string): Promise<{ reason: string | null } | null>;
  };
  readonly configurations: Pick<ConfigurationService, 'defaults' | 'mustBeRight'>;
  readonly projects: {
    nameOf(projectId: string): Promise<string | null>;
    /** the folder of a project by its name, absolute */
    folderOf(name: string): string;
    /** Notes that something was done in a project. */
    touch(projectId: string): Promise<void>;
  };
  /** Whether the files of projects are in a storage, from which no program is brought to a run. Default: they are in folders. */
  readonly filesElsewhere?: boolean;
  readonly admission: Admission;
  /** The platform's own environment variables; a few are handed on to runs. */
  readonly platformEnv: Readonly<Record<string, string | undefined>>;
  /** Hears of a job that is about to be deleted, with its runs ending and before it is gone. */
  jobGoes?(projectId: string, jobId: number): Promise<void>;
  /** Who hears of the end of each run, in order, after the retries. */
  readonly afterEnd?: readonly EndListener[];
};
