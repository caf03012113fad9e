import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import { listOf } from './schemas/primitives.ts';
import { memberEmail } from './schemas/projects.ts';
import { administratorBody, peopleQuery, person } from './schemas/users.ts';

const byEmail = z.object({ email: memberEmail });

/** The accounts of people, for administrators. */
export const peopleRoutes = {
  'people.list': {
    method: 'GET',
    path: '/admin/users',
    access: 'admin',
    summary: 'People with accounts, by address',
    query: peopleQuery,
    response: listOf(person),
  },
  'people.disable': {
    method: 'POST',
    path: '/admin/users/{email}/disable',
    access: 'admin',
    summary: 'Let somebody in no more: what runs for them ends',
    params: byEmail,
    response: person,
  },
  'people.enable': {
    method: 'POST',
    path: '/admin/users/{email}/enable',
    access: 'admin',
    summary: 'Let them in again',
    params: byEmail,
    response: person,
  },
  'people.unlock': {
    method: 'POST',
    path: '/admin/users/{email}/unlock',
    access: 'admin',
    summary: 'Forget the wrong passwords for an account, so that it can be logged in to again',
    params: byEmail,
    response: person,
  },
  'people.setAdministrator': {
    method: 'PUT',
    path: '/admin/users/{email}/administrator',
    access: 'admin',
    summary: 'Make somebody an administrator, or no more',
    params: byEmail,
    body: administratorBody,
    response: person,
  },
} as const satisfies Record<string, RouteShape>;
