import { z } from 'zod';
import { instant, opaqueId } from './primitives.ts';
import { projectName } from './projects.ts';

/**
 * What can be limited. `servers`: Jupyter servers that run or are about to · `sessions`: Spark sessions and batches · `runs`: runs of jobs that
 * have left the queue · `memory` and `cores`: the sum of what
 * the configurations of servers, drivers and runs ask · `hours`: how long a server may run in all · `disk`: files of a project, or of a user's own folders.
 */
export const limitKinds = ['servers', 'sessions', 'runs', 'memory', 'cores', 'hours', 'disk'] as const;
export const limitKind = z.enum(limitKinds);
export type LimitKind = z.infer<typeof limitKind>;

const whole = (most: number, meta: string) => {
  const range = `Please enter a whole number from 0 to ${most}.`;
  return z.number(range).int(range).min(0, range).max(most, range).nullable().meta({ description: meta });
};
const mostBytes = 2 ** 50;

/** A limit of each kind; null: there is none. */
export const limitValues = z.object({
  servers: whole(100_000, 'running servers'),
  sessions: whole(100_000, 'Spark sessions, batches and drivers started ahead'),
  runs: whole(100_000, 'runs of jobs at a time; the others wait'),
  memory: whole(mostBytes, 'bytes'),
  cores: whole(100_000, 'cores'),
  hours: z
    .number()
    .int('Please enter whole hours.')
    .min(1, 'Please enter at least 1 hour.')
    .max(100_000)
    .nullable()
    .meta({ description: 'hours that a server may run, from its start' }),
  disk: whole(mostBytes, 'bytes'),
});
export type LimitValues = z.infer<typeof limitValues>;

/** What differs from the platform's defaults for one user or project. */
export const limitOverrides = limitValues.partial().meta({ description: 'absent: as the default; null: no limit' });
export type LimitOverrides = z.infer<typeof limitOverrides>;

export const limitDefaults = z.object({ user: limitValues, project: limitValues });
export type LimitDefaults = z.infer<typeof limitDefaults>;

/** A limit beside what is used of it. */
export const limitUse = z.object({
  kind: limitKind,
  limit: z.number().nullable().meta({ description: 'null: there is none' }),
  used: z
    .number()
    .nullable()
    .meta({ description: 'null: not measured yet, or of hours, which each server has for itself' }),
  own: z.boolean().meta({ description: 'whether it was set for this one; else it is the default' }),
  measuredAt: instant.nullable().meta({ description: 'of disk: when that was; null: it is counted as it is' }),
});
export type LimitUse = z.infer<typeof limitUse>;

/** What a member is told: the project's limits and their own, which count in all of their projects together. */
export const projectLimits = z.object({ project: z.array(limitUse), own: z.array(limitUse) });
export type ProjectLimits = z.infer<typeof projectLimits>;

export const limitedUser = z.object({
  id: opaqueId,
  email: z.string(),
  name: z.string(),
  limits: z.array(limitUse),
});
export type LimitedUser = z.infer<typeof limitedUser>;

export const limitedProject = z.object({
  id: opaqueId,
  name: projectName,
  label: z.string(),
  limits: z.array(limitUse),
});
export type LimitedProject = z.infer<typeof limitedProject>;

export const limitsQuery = z.object({
  search: z.string().max(200).optional().meta({ description: 'part of a name, label or e-mail address' }),
  own: z.enum(['0', '1']).optional().meta({ description: '1: only those with limits of their own' }),
  cursor: z.string().max(300).optional().meta({ description: '`next` of the page before' }),
});
