import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Platform } from '@emberlab/e2e/platform';
import type { Figure } from '../figures.ts';
import { account, say, timed, until } from '../tools.ts';
import { Livy } from './livy.ts';
import { SimulatedSpark } from './simulated-agents.ts';

const atOnce = 10;
const counts = [0, 200, 1000] as const;
const goals: Readonly<Record<number, string>> = { 200: 'under 250 MB', 1000: 'under 600 MB' };

/** Resident memory of control with so many idle sessions, MB, and how long `1+1` takes then, by agents that answer at once. */
export async function measureSessionMemory(): Promise<Figure[]> {
  const platform = await Platform.prepare();
  const spark = new SimulatedSpark(platform.data);
  const figures: Figure[] = [];
  try {
    const token = await account(platform);
    await platform.start({
      EMBERLAB_SPARK_HOME: spark.home,
      EMBERLAB_SESSION_WARM_START: 'false',
      // It has no classes, and that of the real Spark would go.
      EMBERLAB_CLASS_ARCHIVE: 'false',
    });
    const livy = new Livy(`http://127.0.0.1:${platform.port}/livy/demo`, { authorization: `Bearer ${token}` });
    // Until the environment is there, sessions are refused.
    await until(
      () => fetch(`${livy.base}/sessions`, { method: 'POST', headers: livy.headers, body: '{"kind":"pyspark"}' }),
      ({ status }) => status === 201,
    );
    const made: number[] = [];
    for (const count of counts) {
      while (made.length < count) {
        const wave = Math.min(atOnce, count - made.length);
        made.push(...(await Promise.all(Array.from({ length: wave }, () => livy.start({ kind: 'pyspark' })))));
      }
      await pause(15_000);
      const status = readFileSync(`/proc/${platform.pids().control}/status`, 'utf8');
      const resident = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
      say(`  ${count} sessions: ${resident.toFixed(0)} MB`);
      const goal = goals[count];
      figures.push({
        what: `control with ${count} idle sessions, resident`,
        unit: 'MB',
        values: [resident],
        ...(goal === undefined ? {} : { goal }),
      });
      const [session] = made;
      if (session === undefined) continue;
      const values: number[] = [];
      for (let round = 0; round < 50; round += 1) values.push(await timed('ms', () => livy.run(session, '1+1')));
      figures.push({ what: `1+1 of one of ${count} sessions, simulated agent`, unit: 'ms', values });
    }
    // Each takes seconds: what stands in for Spark waits to be killed.
    await Promise.all(made.map((session) => livy.end(session)));
  } finally {
    await platform.remove();
    spark.close();
  }
  return figures;
}
