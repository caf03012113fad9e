import { z } from 'zod';
import { configurationShape } from '../configuration/shape.ts';
import { configuration } from './configuration.ts';
import { instant, opaqueId } from './primitives.ts';

/**
 * `stopped`: nothing runs · `queued`: waits for its turn or for the environment · `starting`: the process exists, Jupyter doesn't answer yet ·
 * `running`: it answers · `stopping`: being ended · `failed`: it ended by itself or never came up; `problem` says why.
 */
export const serverState = z.enum(['stopped', 'queued', 'starting', 'running', 'stopping', 'failed']);
export type ServerState = z.infer<typeof serverState>;

/** The named steps of a start, in order. */
export const startSteps = ['queue', 'environment', 'process', 'answering'] as const;
export const startStep = z.enum(startSteps);
export type StartStep = z.infer<typeof startStep>;

/** Why a server was stopped: its member wanted it · its time was over · nothing ran in it. */
export const stopReason = z.enum(['asked', 'time', 'idle']);
export type ServerStopReason = z.infer<typeof stopReason>;

/** The last thing that was no idleness: a kernel that computes, a command in a terminal, a Spark statement. */
export const serverActivity = z.object({
  at: instant,
  kind: z.enum(['kernel', 'terminal', 'spark', 'start']),
  name: z.string().nullable().meta({ description: "the notebook's path, or the terminal's name" }),
  now: z.boolean().meta({ description: 'whether it still went on when the server was looked at last' }),
});
export type ServerActivity = z.infer<typeof serverActivity>;

/** What the platform allows servers. */
export const serverTime = z.object({
  hours: z.number().int().meta({ description: 'how long a server runs, and how much can be added at a time' }),
  mostHours: z.number().int().meta({ description: 'by how much its end may lie ahead' }),
  mayBeUnlimited: z.boolean(),
  idleMinutes: z.number().int().meta({ description: '0: an idle server goes on' }),
});
export type ServerTime = z.infer<typeof serverTime>;

export const server = z.object({
  id: opaqueId.nullable().meta({ description: 'null: there has never been one' }),
  state: serverState,
  steps: z.array(z.object({ step: startStep, startedAt: instant, endedAt: instant.nullable() })),
  configuration: configurationShape,
  revision: z.number().int().nullable(),
  startedAt: instant.nullable(),
  readyAt: instant.nullable(),
  endedAt: instant.nullable(),
  stopsAt: instant.nullable().meta({ description: 'null of one that runs: it has no limit' }),
  stopReason: stopReason.nullable(),
  activity: serverActivity.nullable(),
  time: serverTime,
  problem: z
    .object({ message: z.string(), remedy: z.string(), logTail: z.array(z.string()) })
    .nullable()
    .meta({ description: 'why it failed, for people' }),
});
export type Server = z.infer<typeof server>;

/** One run of a server whose log is kept. */
export const serverRun = z.object({
  id: opaqueId,
  state: serverState,
  createdAt: instant,
  readyAt: instant.nullable(),
  endedAt: instant.nullable(),
  stopReason: stopReason.nullable(),
  problem: z.string().nullable(),
});
export type ServerRun = z.infer<typeof serverRun>;

export const startServerBody = z.object({ configuration: configuration.optional() });

export const extendServerBody = z.object({
  hours: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .meta({ description: 'added to what is left, up to the most that is allowed; null: no limit' }),
});

/** Opens a page on another origin: the address carries a one-time ticket that is good for a minute. */
export const openedPage = z.object({ url: z.url() });

export const openServerBody = z.object({
  path: z.string().max(2000).optional().meta({ description: 'a file in the project to open, relative to its folder' }),
});
