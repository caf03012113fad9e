import { join } from 'node:path';
import { defaultConfiguration, defaultPythonConfiguration, type ExecutionState } from '@emberlab/contract';
import { openSqlite } from '../../../packages/server/src/db/sqlite/open.ts';
import { createExecutionStore } from '../../../packages/server/src/features/jobs/executions/store.ts';
import { createJobStore } from '../../../packages/server/src/features/jobs/store.ts';
import type { JobDefinition } from '../../../packages/server/src/features/jobs/model.ts';
import { newId } from '../../../packages/server/src/lib/ids.ts';

export const project = 'busy';
export const jobs = 200;
export const runs = 10_000;
/** Every second run is one of the first job. */
export const runsOfFirst = runs / 2;

const policy = { retries: 0, retryDelaySeconds: 60, timeLimitMinutes: null, concurrentRuns: true };
const common = { mainClass: null, arguments: ['--until={window_end}'], parameters: {}, policy };
const kinds: readonly JobDefinition[] = [
  { ...common, type: 'pyspark', program: 'Jupyter/load.ipynb', arguments: [], configuration: defaultConfiguration },
  { ...common, type: 'python', program: 'Resources/clean.py', configuration: defaultPythonConfiguration },
  { ...common, type: 'pyspark', program: 'Resources/report.py', configuration: defaultConfiguration },
];

/** How the run with this number ended: a few fail, or are stopped; one was lost. */
function endOf(index: number): Extract<ExecutionState, 'succeeded' | 'failed' | 'stopped' | 'lost'> {
  if (index === runs / 2) return 'lost';
  if (index % 1000 === 3) return 'stopped';
  return index % 50 === 0 ? 'failed' : 'succeeded';
}
const events = { succeeded: ['succeed'], failed: ['fail'], lost: ['lose'], stopped: ['stop', 'end'] } as const;

/** A project with 200 jobs and the 10,000 runs that they have had, a minute apart, made by the platform's own stores. The platform is not running. */
export async function seedJobs(data: string): Promise<void> {
  const db = openSqlite(join(data, 'emberlab.db'));
  await db.transaction().execute(fill);
  await db.destroy();
}

async function fill(db: Parameters<typeof createJobStore>[0]): Promise<void> {
  const [jobStore, store] = [createJobStore(db), createExecutionStore(db)];
  const projectId = newId();
  const now = Date.now();
  const { id: userId } = await db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  await db
    .insertInto('projects')
    .values({ id: projectId, name: project, label: project, created_at: now, last_activity_at: now })
    .execute();
  await db
    .insertInto('members')
    .values({ project_id: projectId, user_id: userId, role: 'owner', since: now })
    .execute();
  // One whose environment is not to be built: that is not what is measured.
  await db
    .insertInto('revisions')
    .values({ id: newId(), project_id: projectId, number: 1, state: 'failed', progress: 0, created_at: now })
    .execute();
  const made: (JobDefinition & { id: number; name: string })[] = [];
  for (let index = 0; index < jobs; index += 1) {
    const definition = kinds[index % kinds.length] as JobDefinition;
    const name = `job ${index}`;
    const id = await jobStore.insert({ ...definition, projectId, ownerId: userId, name, now });
    if (id === null) throw new Error(`there is a ${name} already`);
    made.push({ ...definition, id, name });
  }
  for (let index = 0; index < runs; index += 1) {
    const job = made[index % 2 === 0 ? 0 : ((index - 1) / 2) % jobs] as (typeof made)[number];
    const at = now - (runs - index) * 60_000;
    const { id: jobId, ...frozen } = job;
    const { id } = await store.insert({
      projectId,
      jobId,
      userId,
      key: `schedule:${at}`,
      frozen: { ...frozen, arguments: [...frozen.arguments] },
      trigger: { kind: 'schedule' },
      attempt: 1,
      logicalAt: at,
      windowStart: at - 60_000,
      windowEnd: at,
      notBefore: at,
      now: at,
    });
    await store.apply(id, 'prepare', at);
    await store.apply(id, 'begin', at, { revision: 1, startedAt: at });
    await store.apply(id, 'run', at + 2000, { applicationId: `local-${at}` });
    const end = endOf(index);
    const ended = { endedAt: at + 30_000, reason: end === 'failed' ? 'The program ended with exit code 1.' : null };
    for (const event of events[end]) await store.apply(id, event, at + 30_000, ended);
    await store.announced(id, at + 30_000);
  }
}
