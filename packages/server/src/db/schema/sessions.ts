import type { SessionKind } from '@emberlab/contract';
import type { ColumnType, Generated } from 'kysely';

/** Spark applications on our engines: sessions and batches. */
export type SessionTables = {
  sessions: SessionsTable;
  session_samples: SessionSamplesTable;
  history_servers: HistoryServersTable;
  statements: StatementsTable;
  batches: BatchesTable;
};

export type SessionsTable = {
  id: Generated<number>;
  project_id: string;
  user_id: string;
  server_id: string | null;
  kind: SessionKind;
  name: string | null;
  notebook: string | null;
  state: string;
  /** why it is to end, once it is: a word of the sessions feature */
  stop_reason: string | null;
  /** the body of the request, after validation */
  request_json: string;
  /** what its client named the request that made it, so that a repeated one makes no second */
  idempotency_key: string | null;
  secret_digest: string;
  /** the name of its Spark UI's origin */
  ui_id: string;
  application_json: string | null;
  /** what became of its event log: a word of the engines; null until it has ended */
  event_log: string | null;
  problem: string | null;
  pid: number | null;
  start_ticks: string | null;
  /** instead of a process: what a cluster has named its driver */
  cluster_id: ColumnType<string | null, string | null | undefined>;
  heartbeat_seconds: number;
  /** of a driver started ahead: what a request has to be like to take it; null: a session that somebody has asked for */
  ahead_key: string | null;
  /** the run of a job whose notebook it serves */
  execution_id: ColumnType<number | null, number | null | undefined, never>;
  created_at: number;
  ready_at: number | null;
  ended_at: number | null;
  /** what runs it, by its name in the settings */
  engine: ColumnType<string, string | undefined, never>;
};

/** What was measured of a session's application at a moment. */
export type SessionSamplesTable = { session_id: number; at: number; sample_json: string };

/** What shows finished applications: a process for each session that somebody has opened. */
export type HistoryServersTable = {
  session_id: number;
  pid: number | null;
  start_ticks: string | null;
  created_at: number;
};

export type StatementsTable = {
  session_id: number;
  id: number;
  code: string;
  kind: string;
  state: 'waiting' | 'running' | 'cancelling' | 'available' | 'cancelled';
  output_json: ColumnType<string | null, string | null, string | null>;
  progress: number;
  created_at: number;
  started_at: number;
  completed_at: number;
  /** as in sessions; unique in its session */
  idempotency_key: string | null;
};

/** Programs that run once, as Livy's batches. */
export type BatchesTable = {
  id: Generated<number>;
  project_id: string;
  user_id: string;
  name: string | null;
  state: string;
  /** why it is to end, once it is: a word of the batches */
  stop_reason: string | null;
  /** the body of the request, after validation */
  request_json: string;
  /** as in sessions */
  idempotency_key: string | null;
  application_id: string | null;
  problem: string | null;
  pid: number | null;
  start_ticks: string | null;
  /** as in sessions */
  cluster_id: ColumnType<string | null, string | null | undefined>;
  created_at: number;
  launched_at: number | null;
  ended_at: number | null;
  /** the run of a job whose driver it is; null: somebody's batch. Its row may be gone. */
  execution_id: ColumnType<number | null, number | null | undefined, never>;
  /** the name of its Spark UI's origin; null: it has none */
  ui_id: ColumnType<string | null, string | null | undefined, never>;
  /** as in sessions */
  engine: ColumnType<string, string | undefined, never>;
};
