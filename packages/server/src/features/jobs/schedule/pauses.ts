import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';

/** The jobs that may run by themselves: their project is in use, and those they belong to may run things there. */
export const ableJobs = (db: Kysely<Database>) =>
  db
    .selectFrom('jobs')
    .innerJoin('projects', 'projects.id', 'jobs.project_id')
    .innerJoin('users', 'users.id', 'jobs.owner_id')
    .innerJoin('members', (join) =>
      join.onRef('members.project_id', '=', 'jobs.project_id').onRef('members.user_id', '=', 'jobs.owner_id'),
    )
    .select('jobs.id')
    .where('projects.archived_at', 'is', null)
    .where('projects.deleting_at', 'is', null)
    .where('users.disabled_at', 'is', null)
    .where('members.role', 'in', ['editor', 'owner']);

/** Why a job does not run by itself though it should, as a sentence; null: nothing is in its way. */
export async function whyPaused(db: Kysely<Database>, jobId: number): Promise<string | null> {
  const row = await db
    .selectFrom('jobs')
    .innerJoin('projects', 'projects.id', 'jobs.project_id')
    .innerJoin('users', 'users.id', 'jobs.owner_id')
    .leftJoin('members', (join) =>
      join.onRef('members.project_id', '=', 'jobs.project_id').onRef('members.user_id', '=', 'jobs.owner_id'),
    )
    .select(['projects.archived_at', 'projects.deleting_at', 'users.disabled_at', 'users.email', 'members.role'])
    .where('jobs.id', '=', jobId)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.deleting_at !== null) return 'The project is being deleted.';
  if (row.archived_at !== null) return 'The project is archived. It goes on when an owner has unarchived it.';
  const copy = 'A copy of the job belongs to whoever makes it.';
  if (row.disabled_at !== null) return `The job runs as ${row.email}, whose account is disabled. ${copy}`;
  if (row.role === null) return `The job runs as ${row.email}, who is no member of the project any more. ${copy}`;
  if (row.role === 'viewer') return `The job runs as ${row.email}, who may only read in this project now. ${copy}`;
  return null;
}
