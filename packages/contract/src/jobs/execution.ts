import { z } from 'zod';
import { configurationShape } from '../configuration/shape.ts';
import { instant } from '../schemas/primitives.ts';
import { sessionMetrics } from '../schemas/sessions.ts';
import { jobArguments, jobParameters, jobType } from './job.ts';
import { executionState } from './states.ts';

const executionId = z.number().int();
/** No row has a larger id, and PostgreSQL compares them with none. */
const mostId = 2 ** 31 - 1;

/** Why there is a run. */
export const executionTrigger = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('manual') }).meta({ description: 'somebody pressed Run' }),
  z.object({ kind: z.literal('api') }).meta({ description: 'a program asked, with a token' }),
  z.object({ kind: z.literal('schedule') }),
  z.object({ kind: z.literal('backfill'), backfill: z.number().int() }),
  z.object({ kind: z.literal('chain'), after: executionId }).meta({ description: 'another run succeeded' }),
  z.object({ kind: z.literal('retry'), of: executionId }).meta({ description: 'another run failed' }),
]);
export type ExecutionTrigger = z.infer<typeof executionTrigger>;

/** The Spark application of a run: what the table of applications on the Jupyter page shows of one. */
export const executionApplication = z.object({
  applicationId: z.string().nullable().meta({ description: 'null: it has none yet' }),
  session: z
    .number()
    .int()
    .nullable()
    .meta({ description: 'of a notebook: the session that its kernel uses; `sessions.…` answer about it' }),
  uiAvailable: z.boolean().meta({ description: 'whether its Spark UI can be opened' }),
  metrics: sessionMetrics.nullable(),
});
export type ExecutionApplication = z.infer<typeof executionApplication>;

/** One run of a job. */
export const execution = z.object({
  id: executionId.meta({ description: 'unique in the platform' }),
  jobId: z.number().int().nullable().meta({ description: 'null: the job has been deleted' }),
  jobName: z.string(),
  type: jobType,
  program: z.string(),
  state: executionState,
  trigger: executionTrigger,
  arguments: z.array(z.string()),
  parameters: jobParameters,
  logicalTime: instant.nullable().meta({ description: 'the time that the run is for' }),
  windowStart: instant.nullable(),
  windowEnd: instant.nullable(),
  attempt: z.number().int().meta({ description: '1: the first try' }),
  revision: z.number().int().nullable().meta({ description: 'of the Python environment; null: not begun' }),
  configuration: configurationShape.meta({ description: 'as the job had it when the run was asked for' }),
  timeline: z.array(z.object({ state: executionState, at: instant })).meta({ description: 'when each state began' }),
  queuePosition: z.number().int().nullable().meta({ description: 'of one that is queued: 1 is the next' }),
  waitsFor: z.string().nullable().meta({ description: 'why it is queued, as a sentence' }),
  progress: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'of the tasks of its Spark stages; null: unknown' }),
  application: executionApplication.nullable(),
  folder: z
    .string()
    .meta({ description: 'where its log and what it leaves are in the project, once it has left something' }),
  notebook: z.string().nullable().meta({ description: 'path of the executed notebook in the project' }),
  reason: z.string().nullable().meta({ description: 'why it ended as it did, as a sentence' }),
  startedBy: z.object({ email: z.string(), name: z.string() }),
  mine: z.boolean(),
  mayStop: z.boolean().meta({ description: 'whether the caller may stop and delete it' }),
  createdAt: instant,
  startedAt: instant.nullable().meta({ description: 'when it left the queue' }),
  endedAt: instant.nullable(),
  durationSeconds: z.number().nullable().meta({ description: 'from `startedAt`; of one that runs: until now' }),
});
export type Execution = z.infer<typeof execution>;

/** What a run has otherwise than its job. */
export const runJobBody = z.object({
  arguments: jobArguments.optional().meta({ description: "absent: the job's" }),
  parameters: jobParameters.optional().meta({ description: "of a notebook: on top of the job's" }),
  key: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'A key has letters, digits and _ . -, at most 100.')
    .optional()
    .meta({ description: 'asked twice with one key, the job runs once' }),
});
export type RunJobBody = z.infer<typeof runJobBody>;

const anyDay = z.union([instant, z.iso.date()]);
export const executionsQuery = z.object({
  job: z.coerce.number().int().min(1).max(mostId).optional(),
  state: z
    .union([executionState, z.enum(['live', 'ended'])])
    .optional()
    .meta({ description: '`live`: all that have not ended' }),
  from: anyDay.optional().meta({ description: 'asked for at this time or later' }),
  until: anyDay.optional().meta({ description: 'a day counts to its end, in UTC' }),
  startedBy: z.string().max(254).optional().meta({ description: 'e-mail address, or `me`' }),
  order: z.enum(['asc', 'desc']).default('desc').meta({ description: 'by time' }),
  cursor: z
    .string()
    .regex(/^\d{1,10}$/)
    .refine((id) => Number(id) <= mostId)
    .optional()
    .meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});
