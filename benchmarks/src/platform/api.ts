import { atLeastTimes, type Comparison } from './comparison.ts';
import { requests } from './load.ts';
import { listed, users } from './side.ts';
import { inTurns, type Sides } from './turns.ts';

const connections = 10;

/** Reads of the API through the public port, with a token: one user, and a list. */
export async function measureApi(sides: Sides): Promise<Comparison[]> {
  const { one, list } = await inTurns(sides, ['one', 'list'], async (side) => {
    const read = async (which: 'one' | 'list') =>
      (await requests({ door: side.reads[which], connections, seconds: 3, warmUpSeconds: 1 })).perSecond;
    return { one: await read('one'), list: await read('list') };
  });
  return [
    { what: `API, ${users} users: reads of one`, unit: '/s', ...one, goal: atLeastTimes(10) },
    { what: `API, ${users} users: reads of a list of ${listed}`, unit: '/s', ...list, goal: atLeastTimes(10) },
  ];
}
