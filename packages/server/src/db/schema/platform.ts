import type { AnnouncementLevel, AuditOutcome, AuditVia } from '@emberlab/contract';
import type { Generated } from 'kysely';

/** What the platform knows of itself, of its machine and of what was done. */
export type PlatformTables = {
  unix_accounts: UnixAccountsTable;
  facts: FactsTable;
  audit_events: AuditEventsTable;
  audit_cuts: AuditCutsTable;
  announcements: AnnouncementsTable;
  dismissed_announcements: DismissedAnnouncementsTable;
  machine_samples: MachineSamplesTable;
};

/** Users and groups of the machine that members and projects have. */
export type UnixAccountsTable = {
  id: Generated<number>;
  kind: 'group' | 'member' | 'guest';
  project_id: string;
  /** empty, but for a member */
  user_id: string;
  /** the number that the machine knows it by */
  unix_id: number;
};

/** What the platform remembers about itself, such as that the demo project has been made. */
export type FactsTable = { name: string; value: string };

/** Who did what. Rows are added, never changed; triggers refuse everything else. Names are those of that time. */
export type AuditEventsTable = {
  id: Generated<number>;
  at: number;
  actor_id: string | null;
  actor: string | null;
  via: AuditVia;
  token: string | null;
  action: string;
  target: string | null;
  project_id: string | null;
  project: string | null;
  address: string | null;
  request_id: string | null;
  outcome: AuditOutcome;
  code: string | null;
  /** how often the same came again within a minute */
  repeats: Generated<number>;
};

/** Events from before the last cut may go. */
export type AuditCutsTable = { before: number; at: number };

/** What administrators have to say to everybody. */
export type AnnouncementsTable = {
  id: string;
  text: string;
  level: AnnouncementLevel;
  from_at: number;
  until_at: number | null;
  at_login: number;
  author_id: string | null;
  changed_at: number;
};

/** Who has put which of them away. */
export type DismissedAnnouncementsTable = { announcement_id: string; user_id: string };

/** How the machine did at a moment. */
export type MachineSamplesTable = { at: number; sample_json: string };
