import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createClient, type Client } from '@emberlab/contract';
import { Platform } from '@emberlab/e2e/platform';
import type { Figure } from './figures.ts';
import { account, rounds, say, timed } from './tools.ts';

const users = 1000;
const projects = 200;
/** how many are added in one request */
const invited = 1000;

const newId = (): string => randomUUID().replaceAll('-', '');
const emailOf = (index: number): string => `member${index}@example.org`;

/** Puts users and projects right into the database: through the API each password and each folder would be made. The caller owns every project. */
function seed(data: string): void {
  const database = new DatabaseSync(join(data, 'emberlab.db'), { timeout: 10_000 });
  const user = database.prepare(
    'insert into users (id, email, name, password_hash, admin, created_at) values (?, ?, ?, ?, 0, ?)',
  );
  const project = database.prepare(
    'insert into projects (id, name, label, created_at, last_activity_at) values (?, ?, ?, ?, ?)',
  );
  const member = database.prepare('insert into members (project_id, user_id, role, since) values (?, ?, ?, ?)');
  const revision = database.prepare(
    "insert into revisions (id, project_id, number, state, progress, created_at) values (?, ?, 1, 'failed', 0, ?)",
  );
  const { id: owner } = database.prepare('select id from users limit 1').get() as { id: string };
  const now = Date.now();
  database.exec('begin immediate');
  const ids = Array.from({ length: users }, (_, index) => {
    const id = newId();
    user.run(id, emailOf(index), `Member ${index}`, '', now);
    return id;
  });
  for (let index = 0; index < projects; index += 1) {
    const id = newId();
    project.run(id, `project-${index}`, `Project ${index}`, now, now + index);
    // One whose environment is not to be built: that is not what is measured.
    revision.run(newId(), id, now);
    member.run(id, owner, 'owner', now);
    // Members of ten projects each, as people are; the last project is left to those who are invited.
    if (index < projects - 1) ids.forEach((one, at) => (at + index) % 20 === 0 && member.run(id, one, 'editor', now));
  }
  database.exec('commit');
  database.close();
}

/** Milliseconds of a request, over and over. */
async function measureList(what: string, ask: () => Promise<unknown>): Promise<Figure> {
  const values: number[] = [];
  for (let round = 0; round < rounds * 4; round += 1) values.push(await timed('ms', ask));
  return { what, unit: 'ms', values, goal: 'under 50 ms' };
}

async function measureInvitations(client: Client): Promise<Figure> {
  const values: number[] = [];
  const params = { project: `project-${projects - 1}` };
  const members = Array.from({ length: invited }, (_, index) => ({ email: emailOf(index), role: 'editor' as const }));
  for (let round = 0; round < rounds; round += 1) {
    values.push(await timed('s', () => client.call('projects.addMembers', { params, body: { members } })));
    if (round === rounds - 1) break;
    // All out again, the last round's apart: the list of members is measured with them.
    const { items } = await client.call('projects.members', { params });
    for (const { email, role } of items) {
      if (role !== 'owner') await client.call('projects.removeMember', { params: { ...params, email } });
    }
  }
  return { what: `${invited} members added in one request`, unit: 's', values, goal: 'under 2 s' };
}

/** Lists and invitations with 1,000 users and 200 projects. */
export async function measureProjects(): Promise<Figure[]> {
  const platform = await Platform.prepare();
  try {
    const token = await account(platform);
    seed(platform.data);
    await platform.start();
    const client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
    say(`Adding ${invited} members`);
    const invitations = await measureInvitations(client);
    say('Lists');
    const params = { project: `project-${projects - 1}` };
    return [
      invitations,
      await measureList(`the list of ${projects} projects`, () => client.call('projects.list', {})),
      await measureList(`the list of ${invited + 1} members`, () => client.call('projects.members', { params })),
      await measureList('a project', () => client.call('projects.get', { params })),
    ];
  } finally {
    await platform.remove();
  }
}
