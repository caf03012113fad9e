import type { Configuration, Session } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/schema.ts';
import type { EdgeTargets, EdgeTickets } from '../../edge/ports.ts';
import type { ProjectBus } from '../../http/project-events.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Spawner } from '../../spawners/spawner.ts';
import type { ConfigurationService } from '../configurations/index.ts';
import type { Limits } from '../limits/index.ts';
import type { ProfileService } from '../profiles/index.ts';
import type { PythonOfProject } from '../environments/index.ts';
import type { AskActivity } from './activity.ts';
import type { AskRuns, RunsReport } from './notebook-runs.ts';
import type { Probe } from './probe.ts';

/** What the servers feature is built from. */
/** `name`: of its notebook, or its own */
export type BusySession = { readonly name: string | null };

export type ServersDeps = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly config: Pick<
    Config,
    | 'host'
    | 'port'
    | 'publicOrigin'
    | 'appsOrigin'
    | 'serverLimits'
    | 'serverLogsKept'
    | 'serverStartLimit'
    | 'serverStartTimeoutMs'
    | 'serverTime'
    | 'sessionStartTimeoutMs'
  >;
  readonly bus: ProjectBus;
  readonly targets: EdgeTargets;
  readonly tickets: EdgeTickets;
  readonly log: Log;
  readonly spawner: Spawner;
  readonly environments: {
    /** Throws `HttpError('environment_not_ready')`. */
    pythonFor(projectId: string): Promise<PythonOfProject>;
    /** Whether the wait for an environment has an end: null while one is being made, else why there is none. */
    whyNone(projectId: string): Promise<{ reason: string | null } | null>;
  };
  readonly configurations: Pick<ConfigurationService, 'get' | 'save' | 'mustBeRight'>;
  /** What servers run in. */
  readonly profiles: Pick<ProfileService, 'choose'>;
  readonly projects: {
    nameOf(projectId: string): Promise<string | null>;
    /** the folder of a project by its name, absolute */
    folderOf(name: string): string;
    /** Notes that something was done in a project. */
    touch(projectId: string): Promise<void>;
  };
  readonly notebooks: {
    /** Writes down which notebooks ran in a server. */
    note(
      server: { id: string; projectId: string; userId: string; createdAt: number },
      runs: RunsReport['runs'],
    ): Promise<void>;
    /** Throws where a notebook has no configuration to start with. */
    configurationOf(
      whose: { projectId: string; userId: string },
      notebook: { path: string; run?: string | undefined },
    ): Promise<Configuration>;
  };
  readonly tokens: {
    /** Answers the secret with which the server's kernels reach their project's gateway. */
    issueForServer(server: { serverId: string; userId: string; projectId: string }): Promise<string>;
    revokeForServer(serverId: string): Promise<void>;
  };
  /** Whether drivers can run R: where they can't, no kernel for it is offered. */
  hasSparkR(): Promise<boolean>;
  /** Ends the Spark sessions that a server's kernels began; `why`: a sentence for whose they are, where there is a better one than usual. */
  stopSessionsOf(serverId: string, why?: string): Promise<void>;
  /** One of its sessions in which a statement runs; null: there is none. */
  busySessionOf(serverId: string): Promise<BusySession | null>;
  /** The same of all servers, by their ids; those without one are absent. */
  busySessions(): Promise<ReadonlyMap<string, BusySession>>;
  /** Its live Spark sessions, as its member sees them. */
  sessionsOf(serverId: string, whose: { projectId: string; userId: string }): Promise<Session[]>;
  /** Ends one of the sessions that a member sees; throws `not_found`. */
  stopSession(whose: { projectId: string; userId: string }, id: number): Promise<void>;
  /** The folder of the platform's own extensions for JupyterLab, absolute. */
  readonly labExtensions: string;
  /** Whether servers ask for the files of their project, which are in no folder then. Default: not. */
  readonly remoteFiles?: boolean;
  /** How much members and projects may have at a time. */
  readonly limits: Pick<Limits, 'admission' | 'hoursOf'>;
  /** The platform's own environment variables; a few are handed on to servers. */
  readonly platformEnv: Readonly<Record<string, string | undefined>>;
  /** How a server is asked whether it answers. Default: over its Unix socket. */
  readonly probe?: Probe;
  /** How a server is asked what goes on in it. Default: over its Unix socket. */
  readonly askActivity?: AskActivity;
  /** How a server is asked which notebooks run in it. Default: over its Unix socket. */
  readonly askRuns?: AskRuns;
};
