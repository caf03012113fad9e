import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/schema.ts';
import type { EdgeTargets, EdgeTickets } from '../../edge/ports.ts';
import type { Engine } from '../../engines/engine.ts';
import type { Identities } from '../../identities/identities.ts';
import type { ProjectBus } from '../../http/project-events.ts';
import type { Membership } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Admission } from '../limits/index.ts';
import type { GatewayCaller } from '../users/index.ts';
import type { DriverShape } from './demand.ts';
import type { EngineChooser } from './engines.ts';
import type { AheadOptions } from './ahead/options.ts';
import type { Limits } from './limits.ts';

/** What the sessions feature is built from. */
export type SessionsDeps = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly config: Pick<
    Config,
    | 'agentUrl'
    | 'publicOrigin'
    | 'sessionStartTimeoutMs'
    | 'sessionIdleTimeoutMs'
    | 'livyRequestedBy'
    | 'livyAllowed'
    | 'statementOutputLimitBytes'
  > & {
    readonly paths: Pick<Config['paths'], 'agentSocket' | 'tunnelSocket' | 'uploads' | 'secretsKey'>;
  };
  readonly bus: ProjectBus;
  readonly targets: EdgeTargets;
  readonly tickets: EdgeTickets;
  readonly log: Log;
  /** that of this machine: all files of drivers, their logs and what shows finished applications are its own, whatever ran them */
  readonly engine: Engine;
  /** Absent: it is the only one. */
  readonly engines?: EngineChooser;
  /** as whom drivers run, for files that are handed to them */
  readonly identities: Identities;
  /** The Python of a project's environment. Throws `HttpError('environment_not_ready')`. */
  pythonFor(projectId: string): Promise<{ readonly python: string }>;
  /** The revision of a project's environment that was in use at a moment; null: that is not known. */
  revisionAt?(projectId: string, at: number): number | null;
  /** The folder of a project, absolute. */
  projectFolder(name: string): string;
  /** Reads Basic (`user:token`) and Bearer tokens. null: none was sent; throws an `HttpError` for a wrong one. */
  authenticateGateway(request: FastifyRequest): Promise<GatewayCaller | null>;
  /** null: no such project, or not a member of it. */
  findMembership(projectName: string, userId: string): Promise<Membership | null>;
  /** Notes that something was done in a project. */
  touchProject(projectId: string): Promise<void>;
  /** How much members and projects may have at a time; `shape`: what of it the engine gives a driver. */
  readonly admission: Admission;
  readonly shape: DriverShape;
  /** Throws `limit_reached` where files take more room than they may. */
  mustHaveDisk(whose: { projectId: string; userId: string }): Promise<unknown>;
  /** Hears that a session of a Jupyter server has begun to run statements, or has ended that. */
  workChanged?(serverId: string): void;
  /** Hears that something about the driver of a job's run has changed. */
  programChanged?(executionId: number): void;
  /** Hears that the session of a run's notebook has ended. */
  notebookEnded?(executionId: number): void;
  /** Drivers that are started ahead; null or absent: none. */
  readonly ahead?: AheadOptions | null;
  readonly limits?: Partial<Limits>;
};
