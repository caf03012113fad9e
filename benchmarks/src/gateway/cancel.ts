import type { Figure } from '../figures.ts';
import { rounds, timed, until } from '../tools.ts';
import type { Kind, Livy } from './livy.ts';

/** What runs for a minute unless it is cancelled. */
const endless: readonly { what: string; kind: Kind; code: string }[] = [
  {
    what: 'a Spark job',
    kind: 'pyspark',
    code: 'import time\nsc.parallelize(range(4), 4).foreach(lambda _: time.sleep(60))',
  },
  {
    what: 'a Python loop',
    kind: 'pyspark',
    code: 'import time\nend = time.time() + 60\nwhile time.time() < end: pass',
  },
  {
    what: 'a Scala loop',
    kind: 'spark',
    code: 'val end = System.currentTimeMillis + 60000\nwhile (System.currentTimeMillis < end) {}',
  },
  { what: 'an R loop', kind: 'sparkr', code: 'end <- Sys.time() + 60\nwhile (Sys.time() < end) {}' },
];

/** From the request to cancel to the statement's end, once it runs. */
export async function measureCancel(livy: Livy, session: number, kinds: readonly Kind[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { what, kind, code } of endless) {
    if (!kinds.includes(kind)) continue;
    const values: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { id } = await livy.submit(session, code, kind);
      await until(
        () => livy.ask<{ statements: { id: number; state: string }[] }>('GET', `/sessions/${session}/statements`),
        ({ statements }) => statements.some((statement) => statement.id === id && statement.state === 'running'),
      );
      values.push(
        await timed('ms', async () => {
          await livy.ask('POST', `/sessions/${session}/statements/${id}/cancel`, {});
          await livy.result(session, id);
        }),
      );
    }
    figures.push({ what: `cancel of ${what}`, unit: 'ms', values, goal: 'under 1000 ms' });
  }
  return figures;
}
