import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@emberlab/contract';
import { Platform } from '@emberlab/e2e/platform';
import { hasSparkR } from '@emberlab/e2e/spark-r';
import { present, type Figure } from '../figures.ts';
import { account, environmentOf, say, until } from '../tools.ts';
import { startedAhead } from './ahead.ts';
import { measureCancel } from './cancel.ts';
import { measureCells } from './cells.ts';
import { measureFrames } from './frames.ts';
import { Livy, type Kind } from './livy.ts';
import { measureSessionMemory } from './memory.ts';
import { measureOneRequest, measureRoundTrips } from './round-trips.ts';
import { measureStarts } from './starts.ts';

const body = { kind: 'pyspark', driverMemory: '1g', driverCores: 1 };

const kindsHere: readonly Kind[] = ['pyspark', 'spark', 'sql', ...(hasSparkR() ? (['sparkr'] as const) : [])];

/** `./bench gateway`: sessions, statements, frames and memory of the Spark gateway, and of a Livy beside it where `EMBERLAB_BENCH_LIVY_URL` names one. */
export async function measureGateway(): Promise<Figure[]> {
  const figures: Figure[] = [];
  // Shown at once: what comes later may fail, and takes minutes.
  const add = (measured: readonly Figure[]) => {
    figures.push(...measured);
    for (const figure of measured) say(`  ${present(figure)}`);
  };
  const platform = await Platform.prepare();
  try {
    const token = await account(platform);
    const livy = new Livy(`http://127.0.0.1:${platform.port}/livy/demo`, { authorization: `Bearer ${token}` });
    const client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
    await platform.start({ EMBERLAB_CLASS_ARCHIVE: 'true' });
    const python = join(await environmentOf(platform, client, 'demo'), 'bin/python');
    const archives = join(platform.data, 'tools/class-archives');
    say('Waiting for the archive of classes');
    await until(
      async () => existsSync(archives) && readdirSync(archives).some((name) => name.endsWith('.jsa')),
      Boolean,
    );

    say('Starts, in turns with a bare spark-submit');
    const restart = async (settings: Record<string, string>) => {
      await platform.stop();
      await platform.start(settings);
    };
    const asks = { livy, body };
    add(
      await measureStarts({
        sparkHome: join(platform.data, 'tools/spark'),
        python,
        starts: [
          {
            what: 'our gateway, cold: from POST to idle',
            goal: 'at most bare + 1 s',
            prepare: () => restart({ EMBERLAB_CLASS_ARCHIVE: 'false' }).then(() => asks),
          },
          {
            what: 'our gateway, with the archive of classes',
            goal: 'at most 0.7 of bare',
            prepare: () => restart({ EMBERLAB_CLASS_ARCHIVE: 'true' }).then(() => asks),
          },
          ...(['pyspark', 'spark', 'sql'] as const).map((kind) =>
            startedAhead(platform, client, kind, () => restart({ EMBERLAB_CLASS_ARCHIVE: 'true' })),
          ),
        ],
      }),
    );

    say(`Statements of the kinds ${kindsHere.join(', ')}`);
    const session = await livy.start({ ...body, kind: 'shared' });
    add(await measureRoundTrips(livy, session, kindsHere));
    add([await measureOneRequest(livy, session)]);
    say('Cancel');
    add(await measureCancel(livy, session, kindsHere));
    say('Frames');
    add(await measureFrames(livy, session, python));
    await livy.end(session);
    say('Cells');
    add(await measureCells(platform, client, python));
  } finally {
    await platform.remove();
  }
  say('Memory, with simulated agents');
  add(await measureSessionMemory());

  const other = process.env['EMBERLAB_BENCH_LIVY_URL'];
  if (other !== undefined) {
    say(`A Livy at ${other}`);
    const peer = new Livy(other);
    const session = await peer.start({ kind: 'pyspark' });
    const measured = await measureRoundTrips(peer, session, ['pyspark', 'spark', 'sql']);
    await peer.end(session);
    add(measured.map((figure) => ({ what: `Livy: ${figure.what}`, unit: figure.unit, values: figure.values })));
  }
  return figures;
}
