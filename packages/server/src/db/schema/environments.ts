import type { OperationKind, OperationState } from '@emberlab/contract';
import type { ColumnType } from 'kysely';

/** The Python environments of projects. */
export type EnvironmentTables = {
  environments: EnvironmentsTable;
  revisions: RevisionsTable;
  revision_requests: RevisionRequestsTable;
  environment_operations: EnvironmentOperationsTable;
  package_index: PackageIndexTable;
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
  /** when its files were removed, because nothing used them any more */
  removed_at: ColumnType<number | null, number | null | undefined, number | null>;
};

/** What people asked for in a revision, beside the base set. A name is in its normal form. */
export type RevisionRequestsTable = {
  revision_id: string;
  name: string;
  /** `excluded`: it is to be missing, whatever needs it */
  kind: 'index' | 'wheel' | 'source' | 'git' | 'excluded';
  /** `numpy>=2`; of a wheel of ours its path below the project's environments */
  requirement: string;
  /** the file or address that it is from */
  detail: string | null;
};

/** Changes of environments: those of a project are made one after the other, by number. */
export type EnvironmentOperationsTable = {
  id: string;
  project_id: string;
  number: number;
  kind: OperationKind;
  state: OperationState;
  title: string;
  by_email: string | null;
  change_json: string;
  /** what people will have asked for once it has succeeded; null: it has not begun */
  asked_json: string | null;
  /** the revision that it makes or goes back to */
  revision_id: string | null;
  makes_revision: number;
  cancel_wanted: ColumnType<number, number | undefined, number>;
  problem: string | null;
  changes_json: string | null;
  conflicts: number | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
};

/** Where libraries come from in all projects: at most one row, sealed, since addresses may have passwords in them. */
export type PackageIndexTable = { id: number; settings: string };
