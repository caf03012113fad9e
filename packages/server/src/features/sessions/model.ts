import { z } from 'zod';
import type { SessionKind } from '@emberlab/contract';
import type { DriverHandle, EventLogState } from '../../engines/engine.ts';
import type { StatementState, StopReason, StoredState } from './state.ts';

/** What a client asked for, checked; kept with the session as it was written, so that it is answered unchanged. */
export const sessionRequest = z.object({
  driverMemory: z.string().nullable(),
  driverCores: z.number().int().nullable(),
  executorMemory: z.string().nullable(),
  executorCores: z.number().int().nullable(),
  numExecutors: z.number().int().nullable(),
  queue: z.string().nullable(),
  conf: z.record(z.string(), z.string()),
  jars: z.array(z.string()),
  pyFiles: z.array(z.string()),
  files: z.array(z.string()),
  archives: z.array(z.string()),
  ttl: z.string().nullable(),
  idleTimeout: z.string().nullable(),
});
export type SessionRequest = z.infer<typeof sessionRequest>;

/** A member of a project, as a Livy client: they see their own sessions only. */
export type Client = {
  readonly projectId: string;
  readonly userId: string;
  readonly serverId: string | null;
  readonly executionId?: number | null;
};

export type CreateInput = {
  readonly kind: SessionKind;
  readonly name: string | null;
  readonly notebook: string | null;
  readonly heartbeatSeconds: number;
  readonly request: SessionRequest;
};

/** A text of a driver, which may run anybody's code: not more of it than is shown and kept. */
export const cut = (length: number) => z.string().transform((text) => text.slice(0, length));

/** The Spark application, as its driver describes it. Times in milliseconds since the epoch. */
export const application = z.object({
  id: cut(200),
  name: cut(1000),
  sparkVersion: cut(100),
  pythonVersion: cut(100),
  uiAvailable: z.boolean(),
  startedAt: z.number(),
});
export type Application = z.infer<typeof application>;

/** A session as its row and the tables around it say. Times in milliseconds since the epoch. */
export type SessionRecord = {
  readonly id: number;
  readonly project: { readonly id: string; readonly name: string };
  readonly owner: { readonly id: string; readonly email: string; readonly name: string };
  readonly kind: SessionKind;
  /** what runs it, by its name in the settings */
  readonly engine: string;
  readonly name: string | null;
  /** the notebook's path in the project */
  readonly notebook: string | null;
  readonly state: StoredState;
  readonly stopReason: StopReason | null;
  readonly request: SessionRequest;
  /** the name of its Spark UI's origin */
  readonly uiId: string;
  readonly application: Application | null;
  /** what became of its event log; null: it has not ended, or before there were any */
  readonly eventLog: EventLogState | null;
  readonly problem: string | null;
  readonly process: DriverHandle | null;
  readonly heartbeatSeconds: number;
  /** the Jupyter server that it came from, or was started ahead for */
  readonly serverId: string | null;
  /** the run of a job whose notebook it serves */
  readonly executionId: number | null;
  /** of a driver started ahead that nobody has taken yet: what fits it; null: a session that somebody has asked for */
  readonly aheadKey: string | null;
  readonly createdAt: number;
  readonly readyAt: number | null;
  readonly endedAt: number | null;
};

/** As in Livy. `evalue` is always a string and `traceback` a list of lines with their line ends: clients rely on it. */
export type StatementOutput =
  | { status: 'ok'; execution_count: number; data: Record<string, unknown> }
  | { status: 'error'; execution_count: number; ename: string; evalue: string; traceback: string[] };

/** A language that code is written in. */
export type CodeKind = Exclude<SessionKind, 'shared'>;

/** What runs a statement's code. `arrow`: a question for rows, see docs/developer/agent-protocol.md. */
export type StatementKind = CodeKind | 'arrow';

/** `startedAt` and `completedAt` are 0 until they are known. */
export type Statement = {
  readonly sessionId: number;
  readonly id: number;
  readonly code: string;
  readonly kind: StatementKind;
  readonly state: StatementState;
  readonly output: StatementOutput | null;
  readonly progress: number;
  readonly startedAt: number;
  readonly completedAt: number;
};
