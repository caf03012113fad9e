import type { AlertTables } from './schema/alerts.ts';
import type { EngineTables } from './schema/engines.ts';
import type { EnvironmentTables } from './schema/environments.ts';
import type { FileTables } from './schema/files.ts';
import type { JobTables } from './schema/jobs.ts';
import type { LimitTables } from './schema/limits.ts';
import type { LivyTables } from './schema/livy.ts';
import type { PeopleTables } from './schema/people.ts';
import type { PlatformTables } from './schema/platform.ts';
import type { ProjectTables } from './schema/projects.ts';
import type { ScheduleTables } from './schema/schedules.ts';
import type { ServerTables } from './schema/servers.ts';
import type { SessionTables } from './schema/sessions.ts';

/**
 * The tables, as Kysely sees them: a file of `schema/` for each area; `migrations/` makes them. Times are integer milliseconds since the epoch,
 * booleans are 0 and 1, and columns that end in `_json` hold JSON text: SQLite and PostgreSQL then agree. Ids are never used again.
 */
export type Database = PeopleTables &
  ProjectTables &
  EngineTables &
  EnvironmentTables &
  ServerTables &
  SessionTables &
  JobTables &
  ScheduleTables &
  AlertTables &
  LivyTables &
  LimitTables &
  FileTables &
  PlatformTables;
