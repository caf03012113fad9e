import { z } from 'zod';
import type { DriverHandle } from '../../../engines/engine.ts';
import { sessionRequest } from '../model.ts';
import type { BatchState, BatchStopReason } from './state.ts';

/** What a client asked for, checked. */
export const batchRequest = sessionRequest.omit({ ttl: true, idleTimeout: true }).extend({
  file: z.string(),
  className: z.string().nullable(),
  args: z.array(z.string()),
  // Of drivers of runs: the Python that they were frozen with, and variables of theirs.
  python: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
});
export type BatchRequest = z.infer<typeof batchRequest>;

/** A batch as its row and the tables around it say. Times in milliseconds since the epoch. */
export type BatchRecord = {
  readonly id: number;
  readonly project: { readonly id: string; readonly name: string };
  readonly owner: { readonly id: string; readonly email: string; readonly name: string };
  readonly name: string | null;
  readonly state: BatchState;
  readonly stopReason: BatchStopReason | null;
  readonly request: BatchRequest;
  /** what runs it, by its name in the settings */
  readonly engine: string;
  /** Spark's name for its application, once that is known */
  readonly applicationId: string | null;
  readonly problem: string | null;
  readonly process: DriverHandle | null;
  readonly createdAt: number;
  readonly launchedAt: number | null;
  readonly endedAt: number | null;
  /** the run of a job whose driver it is; null: somebody's batch */
  readonly executionId: number | null;
  readonly uiId: string | null;
};
