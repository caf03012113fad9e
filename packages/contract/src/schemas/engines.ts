import { z } from 'zod';
import { instant } from './primitives.ts';
import { projectName } from './projects.ts';

/** What an engine is called in settings, configurations and requests: a word as in a host name. */
export const engineName = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9-]*$/, 'An engine has lower-case letters, digits and dashes in its name.');

/** `local`: Spark on the platform's own machine · `standalone`: a cluster of Spark's own kind · `yarn`: a cluster of Hadoop's · `kubernetes`: Pods. */
export const engineTypes = ['local', 'standalone', 'yarn', 'kubernetes'] as const;
export type EngineType = (typeof engineTypes)[number];

/** An engine that a configuration may name. */
export const engineChoice = z.object({
  name: engineName,
  label: z.string().meta({ description: 'for people' }),
  type: z.enum(engineTypes),
  master: z.string(),
  executors: z
    .boolean()
    .meta({ description: "false: tasks run in the driver, and the executors' fields have no effect" }),
});
export type EngineChoice = z.infer<typeof engineChoice>;

const share = z.object({ total: z.number(), used: z.number() });

/** What a cluster has, and what of it is taken, as it says itself. */
export const clusterCapacity = z.object({
  problem: z
    .string()
    .nullable()
    .meta({ description: 'why applications would not start or get nothing now; null: none is known' }),
  workers: z.number().int().meta({ description: 'machines that take part' }),
  cores: share,
  memoryBytes: share,
  waiting: z.number().int().meta({ description: 'applications that wait for their first executor' }),
  checkedAt: instant,
});
export type ClusterCapacity = z.infer<typeof clusterCapacity>;

/** null: the engine is no cluster, or nobody said where the cluster tells it. */
export const engineCapacity = z.object({ capacity: clusterCapacity.nullable() });

/** An engine as administrators see it. */
export const engine = engineChoice.extend({
  isDefault: z.boolean().meta({ description: 'configurations that name no engine get it' }),
  projects: z.array(projectName).nullable().meta({ description: 'those that may use it; null: all' }),
  capacity: clusterCapacity.nullable(),
});
export type Engine = z.infer<typeof engine>;

export const engineProjects = z.object({
  projects: z
    .array(projectName)
    .max(10_000)
    .nullable()
    .meta({ description: 'those that may use it from now on; null: all' }),
});
