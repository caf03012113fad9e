import type { LimitKind } from '@emberlab/contract';

/** How much there may be, and how much there is. */
export type LimitTables = {
  default_limits: DefaultLimitsTable;
  user_limits: UserLimitsTable;
  project_limits: ProjectLimitsTable;
  disk_uses: DiskUsesTable;
};

/** Limits of users and projects for whom nothing else is set; without a row there is none. */
export type DefaultLimitsTable = { whose: 'user' | 'project'; kind: LimitKind; value: number };

/** What differs from that; null: no limit. */
export type UserLimitsTable = { user_id: string; kind: LimitKind; value: number | null };

export type ProjectLimitsTable = { project_id: string; kind: LimitKind; value: number | null };

/** The room that files take, as it was measured last, with what was uploaded since. */
export type DiskUsesTable = {
  project_id: string;
  /** whose own folder in the project; empty: what its members share */
  user_id: string;
  bytes: number;
  measured_at: number;
};
