import type { Figure } from '../figures.ts';
import { rounds, timed } from '../tools.ts';
import type { Kind, Livy } from './livy.ts';

/** The smallest statement of each kind. */
const trivial: Readonly<Record<Kind, string>> = { pyspark: '1+1', spark: '1+1', sparkr: '1+1', sql: 'SELECT 1+1' };
const goals: Readonly<Partial<Record<Kind, string>>> = { pyspark: 'at most 5 ms', sql: '50 ms', spark: '250 ms' };
const clientsAtOnce = 8;

/** The same by a client that asks to wait for the result in its POST, which is ours. */
export async function measureOneRequest(livy: Livy, session: number): Promise<Figure> {
  const values: number[] = [];
  for (let round = 0; round < rounds * 8 + 5; round += 1) {
    values.push(
      await timed('ms', async () => {
        const { state } = await livy.runAtOnce(session, trivial.pyspark, 'pyspark');
        if (state !== 'available') throw new Error(`the answer to a POST that would wait says ${state}`);
      }),
    );
  }
  return {
    what: 'pyspark: 1+1 by one POST that waits for the result',
    unit: 'ms',
    values: values.slice(5),
    goal: 'at most 5 ms',
  };
}

/** `1+1` from POST to result, by one client and by eight with one session: the statements of a session queue, so the eight wait for each other. */
export async function measureRoundTrips(livy: Livy, session: number, kinds: readonly Kind[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const kind of kinds) {
    const once = () => timed('ms', () => livy.run(session, trivial[kind], kind));
    for (let warm = 0; warm < 5; warm += 1) await once();
    const alone: number[] = [];
    for (let round = 0; round < rounds * 8; round += 1) alone.push(await once());
    const goal = goals[kind];
    figures.push({
      what: `${kind}: 1+1, from POST to the result`,
      unit: 'ms',
      values: alone,
      ...(goal === undefined ? {} : { goal }),
    });
    const together: number[] = [];
    for (let round = 0; round < rounds * 2; round += 1) {
      together.push(...(await Promise.all(Array.from({ length: clientsAtOnce }, once))));
    }
    figures.push({ what: `${kind}: 1+1, eight clients of one session at once`, unit: 'ms', values: together });
  }
  return figures;
}
