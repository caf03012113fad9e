import { z } from 'zod';
import { instant } from './primitives.ts';
import { sessionKinds, sessionStates } from '../words.ts';

export const sessionState = z.enum(sessionStates);
export type SessionState = z.infer<typeof sessionState>;

export const sessionKind = z.enum(sessionKinds);
export type SessionKind = z.infer<typeof sessionKind>;

export const activeJob = z.object({
  id: z.number().int(),
  description: z.string(),
  completedTasks: z.number().int(),
  totalTasks: z.number().int(),
});

export const sessionMetrics = z.object({
  executors: z.number().int(),
  cores: z.number().int(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  activeJob: activeJob.nullable(),
});
export type SessionMetrics = z.infer<typeof sessionMetrics>;

/** A row of "Running applications". */
export const session = z.object({
  id: z.number().int(),
  kind: sessionKind,
  state: sessionState,
  name: z.string().nullable(),
  notebook: z.string().nullable().meta({ description: "the notebook's path in the project" }),
  startedAhead: z
    .object({ driverMemoryMb: z.number().int() })
    .nullable()
    .meta({ description: 'of a driver that waits for the first notebook that needs one; null: an application in use' }),
  owner: z.object({ email: z.string(), name: z.string() }),
  mine: z.boolean(),
  applicationId: z.string().nullable(),
  revision: z.number().int().nullable().meta({
    description: 'of the Python environment, which it keeps while another one is in use; null: not known, or not ours',
  }),
  uiAvailable: z.boolean().meta({
    description: 'whether its Spark UI can be opened: while it runs, and later as long as its event log is there',
  }),
  external: z
    .object({
      livy: z.string().meta({ description: 'host and port' }),
      sparkUiUrl: z.string().nullable(),
      driverLogUrl: z.string().nullable(),
    })
    .nullable()
    .meta({ description: "of a session on the project's own Livy; its links lead there and are not proxied" }),
  metrics: sessionMetrics.nullable(),
  stopped: z
    .boolean()
    .meta({ description: 'whether it ends, or has ended, because somebody or something wanted that' }),
  waiting: z
    .string()
    .optional()
    .meta({ description: 'what its driver waits for on its cluster; absent: nothing that is known' }),
  problem: z.string().nullable(),
  createdAt: instant,
  readyAt: instant.nullable(),
  endedAt: instant.nullable(),
});
export type Session = z.infer<typeof session>;
