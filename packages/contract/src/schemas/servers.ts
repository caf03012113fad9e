import { z } from 'zod';
import { configurationShape } from '../configuration/shape.ts';
import { configuration } from './configuration.ts';
import { notebookPath } from './notebooks.ts';
import { instant, opaqueId } from './primitives.ts';
import { activeJob, session, sessionState } from './sessions.ts';
import { startSteps } from '../words.ts';

/**
 * `stopped`: nothing runs · `queued`: waits for its turn or for the environment · `starting`: the process exists, Jupyter doesn't answer yet ·
 * `running`: it answers · `stopping`: being ended · `failed`: it ended by itself or never came up; `problem` says why.
 */
export const serverState = z.enum(['stopped', 'queued', 'starting', 'running', 'stopping', 'failed']);
export type ServerState = z.infer<typeof serverState>;

export const startStep = z.enum(startSteps);
export type StartStep = z.infer<typeof startStep>;

/** Why a server was stopped: its member wanted it · its time was over · nothing ran in it · its member's right or project is gone · an administrator did. */
export const stopReason = z.enum(['asked', 'time', 'idle', 'member', 'project', 'admin']);
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
  runHours: z
    .number()
    .int()
    .nullable()
    .meta({ description: 'how long a server may run in all, from its start; null: as long as it is given more time' }),
  idleMinutes: z.number().int().meta({ description: '0: an idle server goes on' }),
});
export type ServerTime = z.infer<typeof serverTime>;

/**
 * Who sees to a server's limits. `cgroup`: the kernel, for all its processes together · `rlimit`: the kernel, for the memory of each process by itself;
 * the cores are those that it may run on · `none`: nobody.
 */
export const limitedBy = z.enum(['cgroup', 'rlimit', 'none']);

/** What a server may take, with all its kernels. */
export const serverLimits = z.object({
  memoryMb: z.number().int().nullable().meta({ description: 'null: as much as there is' }),
  cores: z.number().nullable().meta({ description: 'null: as many as there are' }),
  by: limitedBy,
});
export type ServerLimits = z.infer<typeof serverLimits>;

/** What a server takes now, with all its kernels. */
export const serverUse = z.object({
  memoryMb: z.number().int(),
  cores: z.number().meta({ description: 'cores that were busy for it on average, since it was looked at before' }),
});
export type ServerUse = z.infer<typeof serverUse>;

/** The kernel ended one of a server's processes because its memory ran out; the server went on. */
export const memoryEnd = z.object({
  at: instant.meta({ description: 'the last time' }),
  notebook: z.string().nullable().meta({ description: 'whose kernel that was; null: not known, or none' }),
  times: z.number().int().meta({ description: 'how often that has come to pass in this run' }),
});
export type MemoryEnd = z.infer<typeof memoryEnd>;

export const server = z.object({
  id: opaqueId.nullable().meta({ description: 'null: there has never been one' }),
  state: serverState,
  steps: z.array(
    z.object({
      step: startStep,
      startedAt: instant,
      endedAt: instant.nullable(),
      note: z.string().nullable().meta({ description: 'what it waits for, a sentence' }),
    }),
  ),
  configuration: configurationShape,
  revision: z.number().int().nullable(),
  startedAt: instant.nullable(),
  readyAt: instant.nullable(),
  endedAt: instant.nullable(),
  stopsAt: instant.nullable().meta({ description: 'null of one that runs: it has no limit' }),
  stopReason: stopReason.nullable(),
  stopNote: z.string().nullable().meta({ description: 'what the administrator says who stopped it' }),
  activity: serverActivity.nullable(),
  queuePosition: z
    .number()
    .int()
    .nullable()
    .meta({ description: 'of one that waits for its turn: 1 is the next; null: it does not' }),
  limits: serverLimits.nullable().meta({ description: 'null: its process has not been started' }),
  profile: z
    .object({ name: z.string(), label: z.string() })
    .nullable()
    .meta({ description: 'what it runs in; null: it has not been started, or there are no profiles' }),
  use: serverUse.nullable().meta({ description: 'null: it does not run, or has not been looked at yet' }),
  memoryEnd: memoryEnd.nullable(),
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

export const startServerBody = z
  .object({
    configuration: configuration.optional().meta({ description: 'is saved as well' }),
    notebook: z
      .object({ path: notebookPath, run: opaqueId.optional().meta({ description: 'default: the last one' }) })
      .optional()
      .meta({ description: 'a notebook, with whose configuration the server starts; nothing is saved' }),
  })
  .refine((body) => body.configuration === undefined || body.notebook === undefined, {
    message: 'Please give a configuration or a notebook, not both.',
  });

export const extendServerBody = z.object({
  hours: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .meta({ description: 'added to what is left, up to the most that is allowed; null: no limit' }),
});

/** A live Spark session of a server's notebooks, as its JupyterLab pages are told of it. */
export const labSession = z.object({
  id: z.number().int(),
  notebook: z.string().nullable().meta({ description: "the notebook's path in the project" }),
  state: sessionState,
  stopped: session.shape.stopped,
  executors: z.number().int().nullable().meta({ description: 'null: not known (yet)' }),
  activeJob: activeJob.nullable(),
  uiAvailable: z.boolean(),
  page: z.url().meta({ description: 'its page on the dashboard, with its log' }),
});
export type LabSession = z.infer<typeof labSession>;

/** What a JupyterLab page is told of the server that it belongs to. */
export const labServer = z.object({
  state: serverState,
  stopsAt: server.shape.stopsAt,
  time: serverTime,
  limits: server.shape.limits,
  use: server.shape.use,
  project: z.object({ name: z.string(), page: z.url().meta({ description: 'its Jupyter page on the dashboard' }) }),
  sessions: z.array(labSession),
});
export type LabServer = z.infer<typeof labServer>;

export const stopLabSessionBody = z.object({ id: z.number().int() });

/** Opens a page on another origin: the address carries a one-time ticket that is good for a minute. */
export const openedPage = z.object({ url: z.url() });

export const openServerBody = z.object({
  path: z.string().max(2000).optional().meta({ description: 'a file in the project to open, relative to its folder' }),
});
