import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const users = 1000;
export const projects = 200;
/** of each: what an administrator's, an owner's or a member's page lists after some weeks */
const auditEvents = 20_000;
const runs = 1000;
const sessions = 500;
const tokens = 20;
const serviceAccounts = 50;
export const jobs = 100;
export const jobRuns = 10_000;

const newId = (): string => randomUUID().replaceAll('-', '');
export const emailOf = (index: number): string => `member${index}@example.org`;
export const projectOf = (index: number): string => `project-${index}`;

/**
 * Puts users, projects and what they have done right into the database of SQLite: through the API each password and each folder would be made. The first user owns
 * every project, and everybody has their password.
 */
export function seed(data: string): void {
  const database = new DatabaseSync(join(data, 'emberlab.db'), { timeout: 10_000 });
  const now = Date.now();
  const insert = (table: string, row: Readonly<Record<string, string | number | null>>): void => {
    const names = Object.keys(row);
    const statement = `insert into ${table} (${names.join()}) values (${names.map(() => '?').join()})`;
    database.prepare(statement).run(...Object.values(row));
  };
  const first = database.prepare('select id, password_hash as hash from users limit 1').get() as {
    id: string;
    hash: string;
  };
  database.exec('begin immediate');
  const ids = Array.from({ length: users }, (_, index) => {
    const id = newId();
    const name = `Member ${index}`;
    insert('users', { id, email: emailOf(index), name, password_hash: first.hash, admin: 0, created_at: now });
    return id;
  });
  let last = '';
  for (let index = 0; index < projects; index += 1) {
    const id = newId();
    const project_id = id;
    const name = projectOf(index);
    insert('projects', { id, name, label: `Project ${index}`, created_at: now, last_activity_at: now + index });
    // One whose environment is not to be built: that is not what is measured.
    insert('revisions', { id: newId(), project_id, number: 1, state: 'failed', progress: 0, created_at: now });
    insert('members', { project_id, user_id: first.id, role: 'owner', since: now });
    last = id;
    if (index === projects - 1) break;
    // Members of ten projects each, as people are; the last project is left to those who are invited.
    for (const [at, user_id] of ids.entries()) {
      if ((at + index) % 20 === 0) insert('members', { project_id, user_id, role: 'editor', since: now });
    }
  }
  seedJobs(insert, { projectId: last, userId: first.id, now });
  seedWork(insert, { projectId: last, userId: first.id, others: ids, now });
  database.exec('commit');
  database.close();
}

/** A project's jobs, most of whose runs are those of one. */
function seedJobs(
  insert: Insert,
  { projectId, userId, now }: { projectId: string; userId: string; now: number },
): void {
  const definition = {
    type: 'python',
    program: 'Resources/job.py',
    parameters: {},
    arguments: [],
    configuration: { type: 'python' },
    policy: { retries: 0, retryDelaySeconds: 60, timeLimitMinutes: null, concurrentRuns: true },
  } as const;
  for (let index = 1; index <= jobs; index += 1) {
    const name = `job-${index}`;
    insert('jobs', {
      id: index,
      project_id: projectId,
      owner_id: userId,
      name,
      name_key: name,
      type: definition.type,
      program: definition.program,
      arguments_json: '[]',
      parameters_json: '{}',
      configuration_json: JSON.stringify(definition.configuration),
      policy_json: JSON.stringify(definition.policy),
      created_at: now,
      updated_at: now,
    });
  }
  for (let index = 1; index <= jobRuns; index += 1) {
    const job_id = index % 2 === 0 ? 1 : (index % jobs) + 1;
    const state = index % 50 === 0 ? 'failed' : 'succeeded';
    const at = now - (jobRuns - index) * 60_000;
    insert('executions', {
      id: index,
      project_id: projectId,
      job_id,
      user_id: userId,
      key: `run:${index}`,
      state,
      frozen_json: JSON.stringify({ ...definition, name: `job-${job_id}`, mainClass: null }),
      trigger_json: '{"kind":"schedule"}',
      attempt: 1,
      timeline_json: JSON.stringify([{ state, at }]),
      created_at: at,
      not_before: at,
      started_at: at,
      ended_at: at + 1000,
      announced_at: at,
    });
  }
}

type Insert = (table: string, row: Readonly<Record<string, string | number | null>>) => void;

/** What has been done in a project, and of the first user what the account page lists. */
function seedWork(
  insert: Insert,
  { projectId, userId, others, now }: { projectId: string; userId: string; others: readonly string[]; now: number },
): void {
  const of = { project_id: projectId, user_id: userId };
  const ended = { ...of, created_at: now, ended_at: now };
  insert('servers', { id: 'server', ...ended, state: 'stopped', configuration_json: configuration, steps_json: '[]' });
  for (let index = 0; index < runs; index += 1) {
    const path = `Jupyter/notebook-${index % 250}.ipynb`;
    const run = { id: newId(), ...of, server_id: 'server', process: newId(), path, kernel: 'python3' };
    insert('notebook_runs', { ...run, executions: 3, first_at: now, last_at: now + index });
  }
  for (let index = 0; index < sessions; index += 1) {
    const session = { ...ended, kind: 'pyspark', state: 'dead', request_json: request, secret_digest: newId() };
    insert('sessions', { ...session, ui_id: newId(), heartbeat_seconds: 0 });
  }
  for (let index = 0; index < tokens; index += 1) {
    insert('tokens', { id: newId(), user_id: userId, name: `token ${index}`, digest: newId(), created_at: now });
  }
  for (let index = 0; index < serviceAccounts; index += 1) {
    const account = { id: newId(), email: `program${index}@service`, name: `Program ${index}`, password_hash: '' };
    insert('users', { ...account, admin: 0, created_at: now, kind: 'service' });
  }
  for (let index = 0; index < auditEvents; index += 1) {
    const actor = { actor_id: others[index % users] ?? userId, actor: emailOf(index % users) };
    const event = { at: now, ...actor, via: 'cookie', action: 'member.set', outcome: 'done' };
    insert('audit_events', { ...event, project_id: index % 4 === 0 ? projectId : null, project: null, repeats: 0 });
  }
}

const configuration = JSON.stringify({ type: 'python' });
const request = JSON.stringify({
  driverMemory: null,
  driverCores: null,
  executorMemory: null,
  executorCores: null,
  numExecutors: null,
  queue: null,
  conf: {},
  jars: [],
  pyFiles: [],
  files: [],
  archives: [],
  ttl: null,
  idleTimeout: null,
});
