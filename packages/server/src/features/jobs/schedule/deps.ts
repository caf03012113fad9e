import type { ExecutionTrigger } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { ProjectBus } from '../../../http/project-events.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';

/** A run that a job is to have by itself. */
type TurnRequest = {
  readonly jobId: number;
  readonly trigger: ExecutionTrigger;
  readonly key: string;
  readonly logicalAt: number | null;
  readonly window: { readonly start: number; readonly end: number } | null;
};

/** What schedules, backfills and chains are built from. */
export type ScheduleDeps = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: ProjectBus;
  /** Has a job run; asked twice with one key, it runs once. */
  start(request: TurnRequest): Promise<{ readonly id: number }>;
  /** Lets a run end, since the next one takes its place. */
  replace(executionId: number): Promise<unknown>;
};
