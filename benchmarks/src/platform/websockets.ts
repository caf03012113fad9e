import { noMore, type Comparison } from './comparison.ts';
import { echoes } from './load.ts';
import { inTurns, type Sides } from './turns.ts';

const connections = 100;

/** Messages that go to a light server and come back, on so many WebSockets at once. */
export async function measureWebSockets(sides: Sides): Promise<Comparison[]> {
  const { perSecond, p99 } = await inTurns(sides, ['perSecond', 'p99'], async (side) =>
    echoes({ door: await side.door(0), connections, seconds: 3, warmUpSeconds: 1 }),
  );
  return [
    { what: `${connections} WebSockets: echoes`, unit: '/s', ...perSecond },
    { what: `${connections} WebSockets: p99`, unit: 'ms', ...p99, goal: noMore },
  ];
}
