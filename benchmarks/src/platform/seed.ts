import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { listed, members, users } from './side.ts';

/** As the platform makes them: letters and digits. */
const newId = (): string => randomUUID().replaceAll('-', '');

/** The address of the user of this index. */
export const emailOf = (index: number): string => `member${index}@example.org`;

/**
 * Puts users and members right into the database: through the API each comes in by an invitation. Those who have servers are members of both projects,
 * with a token each, which are answered in their order; `light` has `listed` members altogether.
 */
export function seed(data: string, projects: { readonly demo: string; readonly light: string }): string[] {
  const database = new DatabaseSync(join(data, 'emberlab.db'), { timeout: 10_000 });
  const user = database.prepare(
    'insert into users (id, email, name, password_hash, admin, created_at) values (?, ?, ?, ?, 0, ?)',
  );
  const member = database.prepare('insert into members (project_id, user_id, role, since) values (?, ?, ?, ?)');
  const token = database.prepare('insert into tokens (id, user_id, name, digest, created_at) values (?, ?, ?, ?, ?)');
  const now = Date.now();
  const secrets: string[] = [];
  database.exec('begin immediate');
  for (let index = 0; index < users; index += 1) {
    const id = newId();
    user.run(id, emailOf(index), `Member ${index}`, '', now);
    // The one who made the project is one of them.
    if (index < listed - 1) member.run(projects.light, id, 'editor', now);
    if (index >= members) continue;
    member.run(projects.demo, id, 'editor', now);
    const secret = `ember_token_${randomUUID()}`;
    token.run(newId(), id, 'bench', createHash('sha256').update(secret).digest('hex'), now);
    secrets.push(secret);
  }
  database.exec('commit');
  database.close();
  return secrets;
}
