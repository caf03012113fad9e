import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** how many are members of one project */
const membersOf = 10;

/** A member, the one project that is theirs, and a token with which they ask. */
export type Member = { readonly project: string; readonly token: string };

export const memberOf = (index: number): Member => ({
  project: `project-${Math.floor(index / membersOf)}`,
  token: `ember_token_member${index}`,
});

/** Puts so many members of projects with an environment right into the database of SQLite: through the API each password, folder and environment would be made. */
export function seed(data: string, members: number): void {
  const database = new DatabaseSync(join(data, 'emberlab.db'), { timeout: 10_000 });
  const now = Date.now();
  const insert = (table: string, row: Readonly<Record<string, string | number | null>>): void => {
    const names = Object.keys(row);
    const statement = `insert into ${table} (${names.join()}) values (${names.map(() => '?').join()})`;
    database.prepare(statement).run(...Object.values(row));
  };
  const newId = () => randomUUID().replaceAll('-', '').slice(0, 20);
  database.exec('begin immediate');
  let projectId = '';
  for (let index = 0; index < members; index += 1) {
    const { project, token } = memberOf(index);
    const user_id = newId();
    insert('users', {
      id: user_id,
      email: `member${index}@example.org`,
      name: `Member ${index}`,
      // Nobody logs in.
      password_hash: '',
      admin: 0,
      created_at: now,
    });
    const first = index % membersOf === 0;
    if (first) {
      projectId = newId();
      insert('projects', { id: projectId, name: project, label: project, created_at: now, last_activity_at: now });
      const revision = newId();
      insert('revisions', {
        id: revision,
        project_id: projectId,
        number: 1,
        state: 'ready',
        progress: 1,
        created_at: now,
        ready_at: now,
      });
      insert('environments', { project_id: projectId, current_revision_id: revision });
      mkdirSync(join(data, 'projects', project), { recursive: true });
    }
    insert('members', { project_id: projectId, user_id, role: first ? 'owner' : 'editor', since: now });
    const digest = createHash('sha256').update(token).digest('hex');
    insert('tokens', { id: newId(), user_id, name: 'bench', digest, created_at: now });
  }
  database.exec('commit');
  database.close();
}
