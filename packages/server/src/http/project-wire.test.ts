import type { ProjectEvent, Role } from '@emberlab/contract';
import { expect, it } from 'vitest';
import type { ProjectChange } from './project-events.ts';
import { fromWire, toWire, type WireChange } from './project-wire.ts';

const removed = (id: number): ProjectEvent => ({ type: 'job-removed', id });
const roles: Role[] = ['owner', 'editor', 'viewer'];

it.each<[string, ProjectChange, number]>([
  ['all the same', { projectId: 'p', users: [], present: () => removed(1) }, 1],
  ['nothing', { projectId: null, users: [], present: () => null }, 0],
  [
    'their own, and all that owners see',
    {
      projectId: 'p',
      users: ['ada', 'bob', 'ada'],
      present: ({ userId, role }) =>
        ['ada', 'bob'].includes(userId) || role === 'owner' ? removed(userId.length) : null,
    },
    2,
  ],
  [
    'other things by role and person',
    {
      projectId: 'p',
      users: ['ada'],
      present: ({ userId, role }) => removed(roles.indexOf(role) + (userId === 'ada' ? 10 : 0)),
    },
    6,
  ],
])('everybody sees of a change from another process what they would see of it here: %s', (_what, change, count) => {
  const wire = JSON.parse(JSON.stringify(toWire(change))) as WireChange;
  expect(wire.events).toHaveLength(count);
  const there = fromWire(wire);
  expect(there.projectId).toBe(change.projectId);
  for (const role of roles) {
    for (const userId of ['ada', 'bob', 'eve'].filter((one) => change.users.includes(one) || one === 'eve')) {
      const here = change.present({ userId: userId === 'eve' ? '' : userId, role });
      expect(there.present({ userId, role })).toEqual(here);
    }
  }
});
