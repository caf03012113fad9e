import type { ExecutionState, JobType } from '@emberlab/contract';
import type { ColumnType, Generated } from 'kysely';

export type JobTables = {
  jobs: JobsTable;
  executions: ExecutionsTable;
  execution_samples: ExecutionSamplesTable;
  execution_executors: ExecutionExecutorsTable;
  program_histories: ProgramHistoriesTable;
};

export type JobsTable = {
  id: Generated<number>;
  project_id: string;
  owner_id: string;
  name: string;
  /** the name without regard to case */
  name_key: string;
  type: JobType;
  program: string;
  main_class: string | null;
  arguments_json: string;
  parameters_json: string;
  configuration_json: string;
  policy_json: string;
  created_at: number;
  updated_at: number;
};

export type ExecutionsTable = {
  id: Generated<number>;
  project_id: string;
  /** null: the job is gone */
  job_id: number | null;
  /** as whom it runs */
  user_id: string;
  /** unique in its job: what is asked for twice with one key happens once */
  key: string;
  state: ExecutionState;
  /** why it is to end, once it is: a word of the runs */
  stop_reason: string | null;
  /** what an administrator says who stopped it */
  stop_note: string | null;
  /** what the job said when the run was asked for */
  frozen_json: string;
  trigger_json: string;
  attempt: number;
  logical_at: number | null;
  window_start: number | null;
  window_end: number | null;
  /** number of the environment's revision */
  revision: number | null;
  timeline_json: string;
  application_id: string | null;
  /** whether its Spark UI can be shown after its end */
  ui_kept: ColumnType<number, number | undefined, number>;
  notebook: string | null;
  reason: string | null;
  created_at: number;
  /** it leaves the queue no earlier */
  not_before: number;
  started_at: number | null;
  ended_at: number | null;
  /** when whoever waits for its end had been told */
  announced_at: number | null;
};

/** As `history_servers`, of batches. */
export type ProgramHistoriesTable = {
  batch_id: number;
  pid: number | null;
  start_ticks: string | null;
  created_at: number;
};

/** What was measured of the Spark application of a run. */
export type ExecutionSamplesTable = { execution_id: number; at: number; sample_json: string };

/** The executors of a run's application as they were seen last, with where their logs are shown. */
export type ExecutionExecutorsTable = { execution_id: number; executors_json: string };
