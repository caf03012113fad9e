import type { User } from '@emberlab/contract';
import type { Selectable } from 'kysely';
import type { UsersTable } from '../../db/schema/people.ts';
import { toInstant } from '../../lib/clock.ts';

export const userColumns = ['users.id', 'email', 'users.name', 'admin', 'users.created_at'] as const;
type UserRow = Pick<Selectable<UsersTable>, 'id' | 'email' | 'name' | 'admin' | 'created_at'>;

/** A row of users as the API shows it. */
export const toUser = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  admin: row.admin === 1,
  createdAt: toInstant(row.created_at),
});
