import type { DeletionStep } from '@emberlab/contract';
import type { ColumnType } from 'kysely';

/** Projects, who is in them, and what they begin with. */
export type ProjectTables = {
  projects: ProjectsTable;
  members: MembersTable;
  former_members: FormerMembersTable;
  group_roles: GroupRolesTable;
  invitations: InvitationsTable;
  configurations: ConfigurationsTable;
  configuration_defaults: ConfigurationDefaultsTable;
};

export type ProjectsTable = {
  id: string;
  name: string;
  label: string;
  created_at: number;
  last_activity_at: number;
  archived_at: ColumnType<number | null, number | null | undefined, number | null>;
  /** since when it is being deleted; the row goes last */
  deleting_at: ColumnType<number | null, number | null | undefined, number | null>;
  deletion_step: ColumnType<DeletionStep | null, DeletionStep | null | undefined, DeletionStep | null>;
  /** what is in the deletion's way */
  deletion_problem: ColumnType<string | null, string | null | undefined, string | null>;
};

export type MembersTable = {
  project_id: string;
  user_id: string;
  role: 'viewer' | 'editor' | 'owner';
  since: number;
};

/** Who has left a project or lost a right in it, and when: invitations that are older are not for them. */
export type FormerMembersTable = { project_id: string; user_id: string; left_at: number };

/** Roles in projects that people have by their groups at the provider, as they were given last. */
export type GroupRolesTable = { project_id: string; user_id: string; role: 'viewer' | 'editor' | 'owner' };

/** Links that let people join a project. Only the digest of the secret is kept. */
export type InvitationsTable = {
  id: string;
  digest: string;
  project_id: string;
  role: MembersTable['role'];
  /** the only address that may use it; null: whoever has the link */
  email: string | null;
  created_by: string;
  created_at: number;
  expires_at: number;
  uses: number;
  max_uses: number;
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
