import type { BackfillState, ScheduleMissed, ScheduleOverlap, TurnState } from '@emberlab/contract';
import type { Generated } from 'kysely';

/** What jobs do by themselves. */
export type ScheduleTables = {
  schedules: SchedulesTable;
  backfills: BackfillsTable;
  job_turns: JobTurnsTable;
  chains: ChainsTable;
  chain_successes: ChainSuccessesTable;
};

/** When a job runs by itself. */
export type SchedulesTable = {
  job_id: number;
  cron: string;
  timezone: string;
  start_at: number | null;
  end_at: number | null;
  enabled: number;
  missed: ScheduleMissed;
  overlap: ScheduleOverlap;
  /** all times up to this one have become turns, or are of no concern */
  handled_at: number;
  /** the next time; null: there is none, or it is switched off */
  next_at: number | null;
  changed_by: string | null;
  changed_at: number;
};

/** Runs for times of the past. */
export type BackfillsTable = {
  id: Generated<number>;
  job_id: number;
  cron: string;
  timezone: string;
  from_at: number;
  to_at: number;
  state: BackfillState;
  /** the next of its times; null: all have become turns */
  next_at: number | null;
  total: number;
  made: number;
  failed: number;
  created_by: string | null;
  created_at: number;
  ended_at: number | null;
};

/** Runs that jobs are to have by themselves, each once: what is decided is written down here before it is done. */
export type JobTurnsTable = {
  id: Generated<number>;
  job_id: number;
  /** null: of no backfill */
  backfill_id: number | null;
  kind: 'schedule' | 'backfill' | 'chain';
  /** that of its execution */
  key: string;
  trigger_json: string;
  /** when it is due */
  at: number;
  logical_at: number | null;
  window_start: number | null;
  window_end: number | null;
  /** how it behaves while another run of the schedule goes */
  manner: ScheduleOverlap;
  state: TurnState;
  reason: string | null;
  /** its last attempt */
  execution_id: number | null;
  /** when no attempt of it could come any more */
  over_at: number | null;
};

/** A job starts when all jobs that it is `after` have succeeded. */
export type ChainsTable = { job_id: number; after_id: number };

/** Successes that a job waits for, until a run of it has used them. */
export type ChainSuccessesTable = {
  job_id: number;
  after_id: number;
  execution_id: number;
  logical_at: number | null;
  window_start: number | null;
  window_end: number | null;
  used_at: number | null;
};
