import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPlace } from '../../lib/places.ts';
import { countStarting, turnsOf } from './queue.ts';

const people = fc.array(fc.constantFrom('ada', 'bob', 'cy'), { maxLength: 30 });
const waiting = (users: readonly string[]) => users.map((userId, createdAt) => ({ userId, createdAt }));

describe('turns in the queue', () => {
  it('come to everybody once before they come to anybody again', () => {
    const names = (users: string[], starting: string[] = []) =>
      turnsOf(waiting(users), waiting(starting)).map((one) => `${one.userId}${one.createdAt}`);
    expect(names(['ada', 'ada', 'ada', 'bob', 'cy', 'bob'])).toEqual(['ada0', 'bob3', 'cy4', 'ada1', 'bob5', 'ada2']);
    expect(names(['ada', 'bob', 'bob'], ['ada'])).toEqual(['bob1', 'ada0', 'bob2']);
  });

  it('never set one back behind a later one of the same user, and come to all', () => {
    fc.assert(
      fc.property(people, people, (users, starting) => {
        const all = waiting(users);
        const turns = turnsOf(all, waiting(starting));
        expect(turns.toSorted((a, b) => a.createdAt - b.createdAt)).toEqual(all);
        for (const user of users) {
          const own = turns.filter((one) => one.userId === user).map((one) => one.createdAt);
          expect(own).toEqual(own.toSorted((a, b) => a - b));
        }
      }),
    );
  });
});

describe('places among the starting', () => {
  it('are never more than there may be, nor more than half for one user, and never none at all', () => {
    fc.assert(
      fc.property(people, fc.integer({ min: 1, max: 9 }), (users, places) => {
        const starting: { userId: string; createdAt: number }[] = [];
        for (const one of waiting(users)) {
          if (hasPlace(countStarting(one.userId, starting), places)) starting.push(one);
        }
        expect(starting.length).toBeLessThanOrEqual(places);
        for (const user of ['ada', 'bob', 'cy']) {
          expect(starting.filter((one) => one.userId === user).length).toBeLessThanOrEqual(Math.ceil(places / 2));
        }
        expect(starting.length > 0).toBe(users.length > 0);
      }),
    );
  });
});
