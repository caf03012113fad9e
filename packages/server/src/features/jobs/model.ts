import {
  configurationShape,
  executionTrigger,
  jobParameters,
  jobPolicy,
  jobType,
  type Configuration,
  type ExecutionState,
  type ExecutionTrigger,
  type JobParameters,
  type JobPolicy,
  type JobType,
} from '@emberlab/contract';
import { z } from 'zod';
import type { ExecutionStopReason } from './executions/state.ts';

type Person = { readonly id: string; readonly email: string; readonly name: string };

/** What a job says of its runs. */
export type JobDefinition = {
  readonly type: JobType;
  /** path in the project */
  readonly program: string;
  /** null: the jar's manifest names it */
  readonly mainClass: string | null;
  readonly arguments: readonly string[];
  readonly parameters: JobParameters;
  readonly configuration: Configuration;
  readonly policy: JobPolicy;
};

/** A job as its row and the tables around it say. Times in milliseconds since the epoch. */
export type JobRecord = JobDefinition & {
  readonly id: number;
  readonly projectId: string;
  readonly name: string;
  readonly owner: Person;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** What a job said when a run was asked for: it is kept with the run, and no later change of the job reaches it. */
export const frozen = z.object({
  name: z.string(),
  type: jobType,
  program: z.string(),
  mainClass: z.string().nullable(),
  arguments: z.array(z.string()),
  parameters: jobParameters,
  configuration: configurationShape,
  policy: jobPolicy,
});
export type Frozen = z.infer<typeof frozen>;

export const timeline = z.array(z.object({ state: z.string(), at: z.number() }));
export type Timeline = readonly { readonly state: ExecutionState; readonly at: number }[];

/** A run as its row and the tables around it say. Times in milliseconds since the epoch. */
export type ExecutionRecord = {
  readonly id: number;
  readonly project: { readonly id: string; readonly name: string };
  /** null: the job has been deleted */
  readonly jobId: number | null;
  /** of the job; null: it has been deleted */
  readonly jobOwnerId: string | null;
  /** as whom it runs */
  readonly user: Person;
  readonly state: ExecutionState;
  readonly stopReason: ExecutionStopReason | null;
  readonly stopNote: string | null;
  readonly frozen: Frozen;
  readonly trigger: ExecutionTrigger;
  readonly attempt: number;
  readonly logicalAt: number | null;
  readonly windowStart: number | null;
  readonly windowEnd: number | null;
  readonly revision: number | null;
  readonly timeline: Timeline;
  readonly applicationId: string | null;
  /** whether its Spark UI can be shown after its end */
  readonly uiKept: boolean;
  readonly notebook: string | null;
  readonly reason: string | null;
  readonly createdAt: number;
  /** it leaves the queue no earlier */
  readonly notBefore: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
};

export const readTrigger = (text: string): ExecutionTrigger => executionTrigger.parse(JSON.parse(text));
