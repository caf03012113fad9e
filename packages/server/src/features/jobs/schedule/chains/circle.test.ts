import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circleOf, type Links } from './circle.ts';

describe('a circle of jobs', () => {
  // 2 starts after 1, 3 after 2
  const links: Links = new Map([
    [2, [1]],
    [3, [2]],
  ]);

  it.each<[number, number[], number[] | null]>([
    [1, [3], [1, 2, 3, 1]],
    [1, [1], [1, 1]],
    [2, [3], [2, 3, 2]],
    [3, [1, 2], null],
    [4, [3], null],
    [1, [4, 3], [1, 2, 3, 1]],
  ])('of job %i after %j is %j', (job, after, circle) => expect(circleOf(links, job, after)).toEqual(circle));

  it('is found whenever there is one, and never where there is none, among any jobs', () => {
    const edge = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 20 }), (edges) => {
        const made = new Map<number, number[]>();
        // Jobs in an order of which none is broken: only what goes with it is taken, so there is never a circle.
        const order = new Map<number, number[]>();
        const reaches = (from: number, to: number): boolean =>
          from === to || (order.get(from) ?? []).some((next) => reaches(next, to));
        for (const [job, after] of edges) {
          const circle = circleOf(made, job, [after]);
          expect(circle !== null).toBe(reaches(job, after));
          if (circle !== null) continue;
          made.set(job, [...(made.get(job) ?? []), after]);
          order.set(after, [...(order.get(after) ?? []), job]);
        }
      }),
    );
  });
});
