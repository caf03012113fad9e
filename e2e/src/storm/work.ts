import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from './people.ts';

/** Has everybody work until a moment of `performance.now()`. `acted`: how many times each has. Resolves when all have stopped. */
export function everybodyWorks(people: readonly Person[], over: number) {
  const acted = new Map<string, number>();
  const done = Promise.all(
    people.map(async (person) => {
      while (performance.now() < over) {
        await person.act();
        acted.set(person.name, (acted.get(person.name) ?? 0) + 1);
        await pause(20);
      }
    }),
  );
  return { acted, done };
}
