import type { SessionKind } from '@emberlab/contract';

/** Livy servers of projects, and what runs on them. */
export type LivyTables = {
  livy_servers: LivyServersTable;
  external_sessions: ExternalSessionsTable;
  external_statements: ExternalStatementsTable;
};

/** The Livy servers that projects use, or have used while sessions still run there; at most one of a project has `retired_at` null. */
export type LivyServersTable = {
  id: string;
  project_id: string;
  url: string;
  login: 'none' | 'basic' | 'bearer';
  user_name: string | null;
  /** password or token, see lib/seal.ts */
  sealed_secret: string | null;
  run_as: 'livy' | 'email' | 'name';
  /** whether an administrator has set the address: then it needs no rule that allows it */
  set_by_admin: number;
  changed_at: number;
  retired_at: number | null;
};

/** Sessions and batches on Livy servers of projects. Their ids are counted together with those of our own sessions and batches. */
export type ExternalSessionsTable = {
  type: 'session' | 'batch';
  id: number;
  project_id: string;
  user_id: string;
  /** null: that server is forgotten, and the session with it */
  livy_id: string | null;
  /** the Jupyter server that it came from */
  server_id: string | null;
  /** its id there; null: not known (yet) */
  external_id: number | null;
  /** its name there, which is nobody else's: by it one is found whose id got lost */
  external_name: string;
  kind: SessionKind | null;
  name: string | null;
  notebook: string | null;
  /** as that server has said last */
  state: string;
  /** why it is to end, once it is: a word of the sessions feature */
  stop_reason: string | null;
  /** the body of the request, after validation */
  request_json: string;
  /** as in sessions */
  idempotency_key: string | null;
  application_id: string | null;
  spark_ui_url: string | null;
  driver_log_url: string | null;
  problem: string | null;
  created_at: number;
  ready_at: number | null;
  ended_at: number | null;
};

/** Which statements the keys of requests have made on Livy servers of projects; null: it was sent, and its id is not known. */
export type ExternalStatementsTable = {
  session_type: 'session';
  session_id: number;
  idempotency_key: string;
  statement_id: number | null;
};
