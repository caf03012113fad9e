import { z } from 'zod';
import { instant, opaqueId } from './primitives.ts';

/** `building`: uv works on it · `ready`: servers may use it · `failed`: the reason is in `problem`; the revision before stays in use. */
export const revisionState = z.enum(['building', 'ready', 'failed']);

export const revision = z.object({
  id: opaqueId,
  number: z.number().int().min(1),
  state: revisionState,
  step: z.string().nullable().meta({ description: 'what is being done now, for people' }),
  progress: z.number().min(0).max(1).meta({ description: 'share of the work that is done' }),
  problem: z.string().nullable(),
  pythonVersion: z.string().nullable(),
  packages: z.number().int().nullable(),
  createdAt: instant,
  readyAt: instant.nullable(),
});
export type Revision = z.infer<typeof revision>;

/** What is wrong with the revision in use; `environment.conflicts` has it in full. */
export const environmentAlert = z.object({
  conflicts: z.number().int().meta({ description: 'how many there are' }),
  inJupyter: z.number().int().meta({ description: 'how many of them concern what Jupyter and its kernels need' }),
  differences: z.number().int().meta({ description: 'libraries that are not as the lock has them' }),
  effects: z.array(z.string()).meta({ description: 'what will not work, a sentence each' }),
});
export type EnvironmentAlert = z.infer<typeof environmentAlert>;

/**
 * `current` is what new servers use; `latest` differs from it while another revision is being made or could not be. `pending`: changes that wait or are
 * being made.
 */
export const environment = z.object({
  current: revision.nullable(),
  latest: revision.nullable(),
  pending: z.number().int(),
  alert: environmentAlert.nullable().meta({ description: 'null: nothing is wrong' }),
});
export type Environment = z.infer<typeof environment>;

export const logText = z.object({ text: z.string(), truncated: z.boolean() });
export type LogText = z.infer<typeof logText>;
