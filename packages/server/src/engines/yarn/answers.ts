import { z } from 'zod';

/** What the program that asks YARN answers: see driver/emberlab_yarn. */

/** `gone`: YARN knows no such application (any more) · `ticket`: Kerberos lets us in no more · `refused`: we may not · `away`: nobody answers · `unfit`: what is
 * asked can't be, and the message is a sentence for people. */
export type FailureKind = z.infer<typeof failureKind>;
const failureKind = z.enum(['gone', 'ticket', 'refused', 'away', 'unfit', 'other']);

/** A question that the cluster did not answer as it should. The message is Java's own, most often. */
export class ClusterFailure extends Error {
  override readonly name = 'ClusterFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** How far a question that takes long has come, in megabytes. */
const progress = z.object({
  step: z.enum(['looked', 'packed', 'brought', 'spark_packed', 'spark_brought', 'r_packed', 'r_brought']),
  done: z.number(),
  of: z.number(),
});
export type PackingProgress = z.infer<typeof progress>;

export const answer = z.object({
  id: z.number(),
  /** another line with the same id follows */
  progress: progress.optional(),
  value: z.unknown().optional(),
  failure: z.object({ kind: failureKind, text: z.string() }).optional(),
});

export const queue = z
  .object({
    running: z.boolean(),
    leaf: z.boolean(),
    /** applications */
    waiting: z.number(),
    /** what it may have of the cluster, and what it has, from 0 to 1 */
    share: z.number(),
    taken: z.number(),
  })
  .nullable();
export type QueueState = NonNullable<z.infer<typeof queue>>;
/** Memory in MB. */
export const capacity = z.object({
  nodes: z.array(z.object({ memory: z.number(), cores: z.number(), used: z.number(), busy: z.number() })),
  waiting: z.number(),
});
export type ClusterState = z.infer<typeof capacity>;
export const report = z.object({
  state: z.string(),
  ended: z.boolean(),
  /** whether its driver has a container */
  placed: z.boolean(),
  final: z.string(),
  queue: z.string(),
  diagnostics: z.string(),
});
export type Report = z.infer<typeof report>;
export const archived = z.object({ archive: z.string(), tag: z.string() });
/** What lies on the cluster's file system, and the tag of applications that have it. */
export type Archived = z.infer<typeof archived>;
export const ofR = z.object({ sparkr: archived.nullable(), r: archived.nullable() });
export type ArchivesOfR = z.infer<typeof ofR>;
/** `late`: YARN had not collected all by then. */
export const finished = z.object({ brought: z.array(z.string()), late: z.boolean() });
export const executors = z.object({
  late: z.boolean(),
  containers: z.array(
    z.object({
      container: z.string().regex(/^container_(?:e\d+_)?\d+_\d+_\d+_\d+$/),
      host: z.string(),
      streams: z.array(z.enum(['stdout', 'stderr'])),
    }),
  ),
});
export const found = z.array(z.object({ id: z.string(), ended: z.boolean() }));
