import type { SessionKind } from '@emberlab/contract';
import type { ColumnType, Generated } from 'kysely';

/**
 * The tables, as Kysely sees them; `migrations/` makes them. Times are integer milliseconds since the epoch, booleans are 0 and 1, and columns
 * that end in `_json` hold JSON text: SQLite and PostgreSQL then agree. Ids are never used again.
 */
export type Database = {
  users: UsersTable;
  logins: LoginsTable;
  login_failures: LoginFailuresTable;
  tokens: TokensTable;
  identities: IdentitiesTable;
  group_roles: GroupRolesTable;
  cli_codes: CliCodesTable;
  set_up_links: SetUpLinksTable;
  projects: ProjectsTable;
  members: MembersTable;
  environments: EnvironmentsTable;
  revisions: RevisionsTable;
  configurations: ConfigurationsTable;
  configuration_defaults: ConfigurationDefaultsTable;
  servers: ServersTable;
  notebook_runs: NotebookRunsTable;
  tickets: TicketsTable;
  grants: GrantsTable;
  sessions: SessionsTable;
  session_samples: SessionSamplesTable;
  history_servers: HistoryServersTable;
  statements: StatementsTable;
  batches: BatchesTable;
  livy_servers: LivyServersTable;
  external_sessions: ExternalSessionsTable;
  external_statements: ExternalStatementsTable;
  facts: FactsTable;
};

export type UsersTable = {
  id: string;
  email: string;
  name: string;
  /** empty: there is none, and nothing fits */
  password_hash: string;
  admin: number;
  created_at: number;
  disabled_at: number | null;
  /** `service`: an account for programs, which has tokens and never logs in */
  kind: ColumnType<'person' | 'service', 'person' | 'service' | undefined, never>;
};

/** A login in a browser. Only the digest of its cookie is kept. */
export type LoginsTable = {
  digest: string;
  /** by which its user names it; null only in rows that a test has made */
  id: ColumnType<string | null, string | undefined, never>;
  user_id: string;
  created_at: number;
  last_seen_at: number;
  /** when it ends unless it is used before: never later than `ends_at` */
  expires_at: number;
  /** when it ends in any case; null: at `expires_at` */
  ends_at: ColumnType<number | null, number | undefined, never>;
  address: ColumnType<string | null, string | undefined, never>;
  user_agent: ColumnType<string | null, string | undefined, never>;
};

/** Wrong passwords, counted by account and by place until a moment; names and addresses as digests only. */
export type LoginFailuresTable = { key: string; count: number; until: number };

/** API tokens of people (`server_id` null) and of Jupyter servers, which end with their server and open its project's gateway alone. */
export type TokensTable = {
  id: string;
  user_id: string;
  project_id: string | null;
  server_id: string | null;
  name: string;
  digest: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  /** what it may do; null: all that its user may (tokens of servers, and those made before there were scopes) */
  scopes_json: ColumnType<string | null, string | null | undefined, never>;
  /** ids of the only projects that it opens; null: all of its user's */
  projects_json: ColumnType<string | null, string | null | undefined, never>;
};

/** Who somebody is at a provider of OpenID Connect: issuer and subject together, and nothing else. */
export type IdentitiesTable = { issuer: string; subject: string; user_id: string; created_at: number };

/** Roles in projects that people have by their groups at the provider, as they were given last. */
export type GroupRolesTable = { project_id: string; user_id: string; role: 'viewer' | 'editor' | 'owner' };

/** What a page has granted to a command line that waits: a token, made when that comes for it. */
export type CliCodesTable = {
  digest: string;
  login_digest: string;
  user_id: string;
  /** SHA-256 of a secret that only that command line has */
  challenge: string;
  token_json: string;
  expires_at: number;
};

export type SetUpLinksTable = { digest: string; created_at: number; expires_at: number };

export type ProjectsTable = { id: string; name: string; label: string; created_at: number; last_activity_at: number };

export type MembersTable = {
  project_id: string;
  user_id: string;
  role: 'viewer' | 'editor' | 'owner';
  since: number;
};

/** Which revision of a project new servers use. */
export type EnvironmentsTable = { project_id: string; current_revision_id: string | null };

export type RevisionsTable = {
  id: string;
  project_id: string;
  number: number;
  state: 'building' | 'ready' | 'failed';
  step: string | null;
  progress: number;
  problem: string | null;
  python_version: string | null;
  packages: number | null;
  /** the build's process, while there is one */
  pid: number | null;
  start_ticks: string | null;
  created_at: number;
  ready_at: number | null;
};

export type ConfigurationsTable = {
  project_id: string;
  user_id: string;
  configuration_json: string;
  updated_at: number;
};

/** What servers and jobs of a project begin with, where an owner has said so. */
export type ConfigurationDefaultsTable = {
  project_id: string;
  jupyter_json: string;
  jobs_json: string;
  changed_at: number;
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
  stop_reason: 'asked' | 'time' | 'idle' | null;
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
};

/** Cookies on the origins of servers and Spark UIs: each opens one target, for as long as the login behind it lasts. */
export type GrantsTable = {
  digest: string;
  target_id: string;
  user_id: string;
  login_digest: string | null;
  token_id: string | null;
  created_at: number;
  expires_at: number;
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
  heartbeat_seconds: number;
  /** of a driver started ahead: what a request has to be like to take it; null: a session that somebody has asked for */
  ahead_key: string | null;
  created_at: number;
  ready_at: number | null;
  ended_at: number | null;
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
  created_at: number;
  launched_at: number | null;
  ended_at: number | null;
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

/** What the platform remembers about itself, such as that the demo project has been made. */
export type FactsTable = { name: string; value: string };
