import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Platform, runCommand } from '@emberlab/e2e/platform';
import { startPostgres } from '../../../scripts/postgres.ts';
import type { Figure } from '../figures.ts';
import { account, say, until } from '../tools.ts';
import { analyze } from './database-load.ts';
import { measurePoint, startServer, startSession, type Place, type Point } from './points.ts';
import { Simulation } from './running.ts';
import { seed } from './seed.ts';

/** Users of a platform, and how many of them have a server and a session at the same time. */
const sizes: readonly { users: number; things: readonly number[] }[] = [
  { users: 200, things: [10, 100] },
  { users: 2000, things: [10, 100, 1000] },
  { users: 20_000, things: [10, 100, 1000, 5000] },
];
/** A trial: platforms of at most so many users. */
const mostUsers = Number(/^--users=(\d+)$/.exec(process.argv.at(-1) ?? '')?.[1] ?? Infinity);
/** Control planes beside each other, with the last of these sizes. */
const controls = [2, 4] as const;
const atOnce = 10;

/** Has so many servers and sessions run. */
async function fill(place: Place, from: number, to: number): Promise<void> {
  let next = from;
  const one = async () => {
    while (next < to) {
      const member = next;
      next += 1;
      await startServer(place, member);
      await startSession(place, member);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function measureSize(users: number, things: readonly number[], most: number): Promise<Point[]> {
  const points: Point[] = [];
  const platform = await Platform.prepare();
  const server = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-scale-'));
  const settings = {
    ...platform.env,
    EMBERLAB_DATABASE_URL: server.url,
    EMBERLAB_REPLICAS: 'true',
    EMBERLAB_ISOLATION: 'off',
    EMBERLAB_SESSION_WARM_START: 'false',
    EMBERLAB_CLASS_ARCHIVE: 'false',
  };
  const simulation = new Simulation(folder, settings);
  try {
    const adminToken = await account(platform);
    seed(platform.data, users);
    const { code, stderr } = await runCommand('./emberlab', ['db', 'move'], { env: settings });
    if (code !== 0) throw new Error(stderr);
    await analyze(server.url);
    await simulation.start();
    const place = { simulation, port: platform.port, databaseUrl: server.url, adminToken };
    await until(
      () => fetch(`http://127.0.0.1:${platform.port}/healthz`).catch(() => ({ status: 0 })),
      ({ status }) => status === 200,
    );
    let running = 0;
    for (const count of things) {
      const began = performance.now();
      await fill(place, running, count);
      running = count;
      say(`  ${users} users, ${count} servers and sessions (${((performance.now() - began) / 1000).toFixed(0)} s)`);
      await analyze(server.url);
      points.push(await measurePoint(place, { users, things: count, controls: 1 }, count));
    }
    for (let count = 2; count <= most; count += 1) {
      await simulation.addControl();
      if (!controls.includes(count as 2 | 4)) continue;
      say(`  ${count} control planes`);
      points.push(await measurePoint(place, { users, things: running, controls: count }, running));
    }
    return points;
  } catch (error) {
    say(platform.log('control').split('\n').slice(-10).join('\n'));
    throw error;
  } finally {
    await simulation.stop();
    await platform.remove();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `./bench scale`: what a platform takes as it grows, with servers and drivers that are only simulated. All points go to `build/scale.json`. */
export async function measureScale(): Promise<Figure[]> {
  const points: Point[] = [];
  for (const { users, things } of sizes.filter((size) => size.users <= mostUsers)) {
    say(`${users} users`);
    points.push(...(await measureSize(users, things, users === sizes.at(-1)?.users ? Math.max(...controls) : 1)));
    writeFileSync(join(import.meta.dirname, '../../../build/scale.json'), `${JSON.stringify(points, null, 1)}\n`);
  }
  return points.flatMap(present);
}

/** The figures of a point that have a goal, and what comes of growth. */
function present({ users, things, controls: planes, ...point }: Point): Figure[] {
  const at = `${users} users, ${things} servers and sessions, ${planes} control plane${planes === 1 ? '' : 's'}`;
  const slowest = Object.entries(point.lists).toSorted(([, a], [, b]) => b.median - a.median)[0];
  return [
    { what: `${at}: a change, control's processor`, unit: 'ms', values: [point.perChange.processorMs] },
    { what: `${at}: a server's start`, unit: 'ms', values: [point.changes.serverStarts] },
    { what: `${at}: a session's start`, unit: 'ms', values: [point.changes.sessionStarts] },
    { what: `${at}: control at rest, processor each second`, unit: 'ms', values: [point.atRest.processorMs] },
    { what: `${at}: control, resident`, unit: 'MB', values: [point.memoryMb.control], goal: 'under 1 GB' },
    ...(slowest === undefined
      ? []
      : [
          {
            what: `${at}: ${slowest[0]}, the slowest list`,
            unit: 'ms' as const,
            values: [slowest[1].median],
            goal: 'under 100 ms',
          },
        ]),
    { what: `${at}: reads`, unit: '/s', values: [point.reads.perSecond] },
  ];
}
