import type { ServerStopReason } from '@emberlab/contract';
import type { ColumnType } from 'kysely';
import type { MembersTable } from './projects.ts';

/** Jupyter servers, and the right to open what runs for people. */
export type ServerTables = {
  servers: ServersTable;
  notebook_runs: NotebookRunsTable;
  tickets: TicketsTable;
  grants: GrantsTable;
};

/** One row for each run of a server; at most one of a member in a project has `ended_at` null. */
export type ServersTable = {
  id: string;
  project_id: string;
  user_id: string;
  state: 'queued' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';
  configuration_json: string;
  revision_id: string | null;
  steps_json: string;
  problem_json: string | null;
  pid: number | null;
  start_ticks: string | null;
  created_at: number;
  started_at: number | null;
  ready_at: number | null;
  ended_at: number | null;
  /** when its time is over; null: before it runs, or without a limit */
  stops_at: number | null;
  /** why it is to end, once it is; null where nobody wanted that */
  stop_reason: ServerStopReason | null;
  /** what the administrator says who stopped it */
  stop_note: string | null;
  /** what it did last, and when */
  activity_json: string | null;
  /** what it may take; null: its process has not been started */
  limits_json: string | null;
  /** which of its processes was ended for memory last; null: none */
  memory_end_json: string | null;
};

/** What one process of a kernel has executed for a notebook; the configuration is in the row of the server. */
export type NotebookRunsTable = {
  id: string;
  project_id: string;
  user_id: string;
  server_id: string;
  /** as the kernel names itself; unique in its server */
  process: string;
  /** in the project; a member's own words */
  path: string;
  /** the name of the kernel's spec */
  kernel: string;
  executions: number;
  first_at: number;
  last_at: number;
};

/** One-time tickets that carry a login over to another origin. */
export type TicketsTable = {
  digest: string;
  target_id: string;
  user_id: string;
  login_digest: string | null;
  token_id: string | null;
  path: string;
  expires_at: number;
  /** the project in which its user has to have at least this role; null: the target belongs to none */
  project_id: ColumnType<string | null, string | null | undefined, string | null>;
  role: ColumnType<MembersTable['role'] | null, MembersTable['role'] | null | undefined, never>;
};

/** Cookies on the origins of servers and Spark UIs: each opens one target, for as long as the login and the membership behind it last. */
export type GrantsTable = {
  digest: string;
  target_id: string;
  user_id: string;
  login_digest: string | null;
  token_id: string | null;
  created_at: number;
  expires_at: number;
  /** as in tickets */
  project_id: ColumnType<string | null, string | null | undefined, string | null>;
  role: ColumnType<MembersTable['role'] | null, MembersTable['role'] | null | undefined, never>;
};
