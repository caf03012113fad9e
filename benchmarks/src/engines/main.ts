import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@emberlab/contract';
import { Platform } from '@emberlab/e2e/platform';
import type { Figure } from '../figures.ts';
import { Livy } from '../gateway/livy.ts';
import { account, environmentOf, rounds, say, timed } from '../tools.ts';
import { places } from './places.ts';

/**
 * `./bench engines`, or `./bench engines yarn`: sessions on clusters of this machine, from POST to idle, in turns with a bare `spark-submit` to the same one. Without a
 * name it is the standalone cluster.
 */
export async function measureEngines(words: readonly string[]): Promise<Figure[]> {
  const named = words.filter((word) => word in places);
  const figures: Figure[] = [];
  for (const name of named.length > 0 ? named : ['standalone']) figures.push(...(await measure(name)));
  return figures;
}

async function measure(name: string): Promise<Figure[]> {
  const platform = await Platform.prepare();
  try {
    const sparkHome = realpathSync(join(platform.data, 'tools/spark'));
    const open = places[name];
    if (open === undefined) throw new Error(`There is no place ${name}.`);
    await using place = await open(sparkHome);
    const token = await account(platform);
    await platform.start({
      EMBERLAB_ENGINES: JSON.stringify({ [name]: place.engine }),
      // Nothing else is to start meanwhile.
      EMBERLAB_SESSION_WARM_START: 'false',
      ...place.environment,
    });
    const client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
    const python = join(await environmentOf(platform, client, 'demo'), 'bin/python');
    const livy = new Livy(`http://127.0.0.1:${platform.port}/livy/demo`, { authorization: `Bearer ${token}` });
    const body = { ...place.body, conf: { 'spark.emberlab.engine': name } };
    say(`Starts on ${name}, in turns with a bare spark-submit`);
    const bare: number[] = [];
    const ours: number[] = [];
    // What a platform does once, such as bringing archives to a cluster, is not measured.
    await livy.end(await livy.start(body));
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await place.bare(python));
      let session = 0;
      ours.push(await timed('s', async () => void (session = await livy.start(body))));
      await livy.end(session);
    }
    const both = (how: (own: number, other: number) => number) =>
      ours.map((own, index) => how(own, bare[index] ?? Number.NaN));
    return [
      { what: `bare spark-submit to ${name}, until its session exists`, unit: 's', values: bare },
      { what: `a session on ${name}, pyspark, until it is idle`, unit: 's', values: ours },
      { what: 'difference, round by round', unit: 's', values: both((a, b) => a - b), goal: 'at most 1.5 s' },
      { what: 'ratio, round by round', unit: 'times', values: both((a, b) => a / b) },
    ];
  } finally {
    await platform.remove();
  }
}
