import { atLeastTimes, noMore, type Comparison } from './comparison.ts';
import { requests } from './load.ts';
import { inTurns, type Sides } from './turns.ts';

/**
 * Requests to one light server through both proxies. Ours looks at the login's cookie with each and goes on by a Unix socket; theirs looks at nothing, as it
 * leaves that to the server behind it, and goes on by a port.
 */
export async function measureProxy(sides: Sides): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const [path, body] of [
    ['/x', 'empty'],
    ['/big', '1 MiB'],
  ] as const) {
    for (const connections of [1, 10, 50]) {
      const { perSecond, p99 } = await inTurns(sides, ['perSecond', 'p99'], async (side) => {
        const door = await side.door(0);
        return requests({
          door: { ...door, path: door.path.replace(/\/x$/, path) },
          connections,
          seconds: 3,
          warmUpSeconds: 1,
        });
      });
      const what = `proxy, ${connections} connections, ${body}`;
      comparisons.push(
        { what: `${what}: requests`, unit: '/s', ...perSecond, goal: atLeastTimes(1.5) },
        { what: `${what}: p99`, unit: 'ms', ...p99, goal: noMore },
      );
    }
  }
  return comparisons;
}
