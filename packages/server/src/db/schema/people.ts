import type { ColumnType } from 'kysely';

/** Accounts, and what proves who somebody is. */
export type PeopleTables = {
  users: UsersTable;
  logins: LoginsTable;
  login_failures: LoginFailuresTable;
  tokens: TokensTable;
  identities: IdentitiesTable;
  cli_codes: CliCodesTable;
  set_up_links: SetUpLinksTable;
  ended_tours: EndedToursTable;
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

/** Who has been through the tour of the dashboard, or has left it. */
export type EndedToursTable = { user_id: string; ended_at: number };

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
  /** the run of a job that it is for */
  execution_id: ColumnType<number | null, number | null | undefined, never>;
  /** ids of the only projects that it opens; null: all of its user's */
  projects_json: ColumnType<string | null, string | null | undefined, never>;
};

/** Who somebody is at a provider of OpenID Connect: issuer and subject together, and nothing else. */
export type IdentitiesTable = { issuer: string; subject: string; user_id: string; created_at: number };

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
