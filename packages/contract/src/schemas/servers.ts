import { z } from 'zod';
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

export const server = z.object({
  id: opaqueId.nullable().meta({ description: 'null: there has never been one' }),
  state: serverState,
  steps: z.array(z.object({ step: startStep, startedAt: instant, endedAt: instant.nullable() })),
  configuration,
  revision: z.number().int().nullable(),
  startedAt: instant.nullable(),
  readyAt: instant.nullable(),
  endedAt: instant.nullable(),
  problem: z
    .object({ message: z.string(), remedy: z.string(), logTail: z.array(z.string()) })
    .nullable()
    .meta({ description: 'why it failed, for people' }),
});
export type Server = z.infer<typeof server>;

export const startServerBody = z.object({ configuration: configuration.optional() });

/** Opens a page on another origin: the address carries a one-time ticket that is good for a minute. */
export const openedPage = z.object({ url: z.url() });

export const openServerBody = z.object({
  path: z.string().max(2000).optional().meta({ description: 'a file in the project to open, relative to its folder' }),
});
