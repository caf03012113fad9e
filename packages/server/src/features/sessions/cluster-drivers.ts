import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { DriverHandle, Engine } from '../../engines/engine.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { openPlain } from '../../lib/plain-file.ts';
import type { Engines } from './engines.ts';
import type { Hub } from './hub.ts';
import type { Links } from './link/links.ts';
import type { SessionRecord } from './model.ts';

/** How often a driver that waits for its cluster is asked about, and one's log is brought on, ms. */
const everyMs = 1000;
const answerMs = 10_000;
const pieceBytes = 512 * 1024;
/** Of what a log has grown by since the last look, no more comes at once; the rest at the next. */
const mostPieces = 8;

/** A piece of a log as the agent tells it: each character is a byte. */
const piece = z.object({ bytes: z.string(), from: z.number().int(), total: z.number().int() });

export type ClusterDrivers = ReturnType<typeof createClusterDrivers>;

/**
 * What has to be asked of drivers that are no processes of this machine: what they wait for until they begin, and what they write. It remembers how much of
 * each log is here; one that a former control plane has brought is brought anew.
 */
export function createClusterDrivers(parts: {
  engines: Pick<Engines, 'of'>;
  links: Pick<Links, 'get' | 'ask'>;
  hub: Pick<Hub, 'setWaiting'>;
  publish(id: number): Promise<void>;
  /** where the logs lie on this machine */
  engine: Pick<Engine, 'logs'>;
  clock: Clock;
  log: Log;
}) {
  const { engines, links, hub, clock, log } = parts;
  const lastLook = new Map<number, number>();
  const looking = new Map<number, Promise<void>>();
  /** how many bytes of each log have come */
  const come = new Map<string, number>();

  const askWhatFor = async (engine: Engine, id: number, handle: DriverHandle) => {
    const waiting = (await engine.waitingFor?.(handle)) ?? null;
    if (hub.setWaiting(id, waiting)) await parts.publish(id);
  };

  const bring = async (id: number, stream: 'stdout' | 'stderr'): Promise<void> => {
    const key = `${id} ${stream}`;
    const path = parts.engine.logs(id)[stream];
    for (let pieces = 0; pieces < mostPieces; pieces++) {
      const from = come.get(key) ?? 0;
      const { bytes, total } = piece.parse(
        await links.ask(id, { what: 'driverLog', stream, from, size: pieceBytes }, answerMs),
      );
      if (from === 0) await rm(path, { force: true });
      if (from === 0 || bytes !== '') await append(path, Buffer.from(bytes, 'latin1'));
      come.set(key, from + bytes.length);
      if (bytes === '' || from + bytes.length >= total) return;
    }
  };

  const look = async (session: SessionRecord, handle: DriverHandle): Promise<void> => {
    const { id } = session;
    const engine = engines.of(session.engine);
    if (session.state === 'starting') await askWhatFor(engine, id, handle);
    if (engine.logsComeThroughAgent !== true || links.get(id) === null) return;
    for (const stream of ['stdout', 'stderr'] as const) await bring(id, stream);
  };

  return {
    /** Looks after one that runs, now and then; returns at once. */
    look(session: SessionRecord, handle: DriverHandle): void {
      const { id } = session;
      if ('pid' in handle || looking.has(id)) return;
      if (clock.now() - (lastLook.get(id) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
      lastLook.set(id, clock.now());
      const done = look(session, handle)
        // The next look may do better; at the end the log comes from the cluster.
        .catch((error: unknown) => log.warn({ session: id, err: error }, 'a driver on a cluster could not be asked'))
        .finally(() => looking.delete(id));
      looking.set(id, done);
    },

    /** Resolves when nobody is being asked. */
    async settled(): Promise<void> {
      await Promise.all(looking.values());
    },

    /** Lets go of one that has ended. Resolves when nothing writes to its logs any more. */
    async forget(id: number): Promise<void> {
      await looking.get(id);
      lastLook.delete(id);
      for (const stream of ['stdout', 'stderr']) come.delete(`${id} ${stream}`);
    },
  };
}

async function append(path: string, bytes: Buffer): Promise<void> {
  const file = await openPlain(path, 'make');
  if (file === null) throw new Error(`${path} is no plain file`);
  try {
    await file.appendFile(bytes);
  } finally {
    await file.close();
  }
}
