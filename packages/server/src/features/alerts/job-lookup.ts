import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { JobsForAlerts } from './model.ts';

/** What alerts ask of jobs, from their tables. */
export const createJobLookup = (db: Kysely<Database>): JobsForAlerts => ({
  async hasJob(projectId, jobId) {
    const row = await db
      .selectFrom('jobs')
      .select('id')
      .where('id', '=', jobId)
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return row !== undefined;
  },

  async running() {
    const rows = await db
      .selectFrom('executions')
      .innerJoin('jobs', 'jobs.id', 'executions.job_id')
      .select(['executions.id', 'executions.project_id', 'executions.state', 'executions.started_at'])
      .select(['jobs.id as job_id', 'jobs.name as job_name'])
      .where('executions.state', '=', 'running')
      .where('executions.started_at', 'is not', null)
      .execute();
    return rows.map((row) => ({
      projectId: row.project_id,
      job: { id: row.job_id, name: row.job_name },
      execution: { id: row.id, state: row.state, reason: null, startedAt: row.started_at ?? 0, endedAt: null },
    }));
  },
});
