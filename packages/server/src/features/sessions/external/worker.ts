import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Limits } from '../limits.ts';
import type { Asking } from './asking.ts';
import { LivyCallError } from './call-error.ts';
import type { LivyClient } from './client.ts';
import { mostRestMs, type createHealth } from './health.ts';
import type { ExternalLifecycle } from './lifecycle.ts';
import type { LivyStore } from './livy-store.ts';
import { pathOf, type Maker } from './make.ts';
import type { External, Upstream } from './model.ts';
import type { Poll } from './poll.ts';
import type { ExternalStore } from './store.ts';

/** Of the time that a Livy takes for its lists, so many times as much passes before it is asked again. */
const restFactor = 10;

export type ExternalWorker = ReturnType<typeof createExternalWorker>;

/** Brings rows and Livy servers together: finds what got lost, ends what is to end, takes note of the rest. One server never holds up another. */
export function createExternalWorker(parts: {
  livys: LivyStore;
  store: ExternalStore;
  client: LivyClient;
  asking: Asking;
  lifecycle: ExternalLifecycle;
  maker: Maker;
  poll: Poll;
  health: ReturnType<typeof createHealth>;
  clock: Clock;
  log: Log;
  limits: Limits;
}) {
  const { store, client, asking, lifecycle, maker, health, clock, limits } = parts;

  const liveOn = async (livyId: string) => (await store.listLive()).filter((external) => external.livyId === livyId);

  /** One whose number there is not known: its answer got lost. */
  const settle = async (external: External, upstream: Upstream): Promise<void> => {
    if (maker.isPending(external)) return;
    const { type, id } = external;
    const found = await maker.findByName(external, upstream);
    // A request may still be on its way through that Livy.
    const late = clock.now() - external.createdAt > 2 * limits.livyAnswerMs;
    if (found === null && late) await lifecycle.vanished(type, id, 'The project’s Livy did not start it.');
    // Its client was never told its number, and does not ask again: nobody would ever use it.
    if (found !== null && external.idempotencyKey === null) await lifecycle.stop(type, id, 'failed');
  };

  const end = async ({ type, id, externalName }: External, upstream: Upstream): Promise<void> => {
    const { status } = await client.call(upstream, { method: 'DELETE', path: pathOf(type, externalName) });
    if (status < 300 || status === 404) await lifecycle.vanished(type, id);
  };

  /** Takes note of everything that runs on a Livy; those that ask at the same time share one look. */
  const read = (livyId: string): Promise<void> => {
    const now = health.of(livyId);
    now.reading ??= (async () => {
      const begun = clock.now();
      try {
        const live = await liveOn(livyId);
        const [first] = live;
        if (first !== undefined) await parts.poll(await asking.upstreamFor(first), live);
        health.answered(livyId, Math.min((clock.now() - begun) * restFactor, mostRestMs));
      } finally {
        now.reading = null;
      }
    })();
    return now.reading;
  };

  const lookAfter = async (livyId: string, live: readonly External[]): Promise<void> => {
    try {
      const [first] = live;
      if (first === undefined) return;
      const upstream = await asking.upstreamFor(first);
      for (const external of live) {
        if (external.externalId === null) await settle(external, upstream);
        else if (external.state === 'shutting_down') await end(external, upstream);
      }
      if (health.isDue(livyId)) await read(livyId);
    } catch (error) {
      if (!(error instanceof LivyCallError)) throw error;
      health.failed(livyId);
      parts.log.warn(
        { livy: livyId, problem: error.message },
        'a project’s Livy could not be asked; it will be tried again',
      );
    }
    if (health.isNews(livyId)) for (const external of await liveOn(livyId)) lifecycle.publish(external);
  };

  return {
    async step(): Promise<void> {
      const byServer = Map.groupBy(await store.listLive(), ({ livyId }) => livyId);
      await Promise.all(
        [...byServer].map(async ([livyId, live]) => {
          if (livyId !== null) await lookAfter(livyId, live);
        }),
      );
      await store.removeEndedBefore(clock.now() - limits.keptMs);
      await parts.livys.forgetUnused();
      health.keepOnly(new Set(byServer.keys()));
    },

    /** Takes note of everything that runs on these servers, unless that was done just now. Throws `LivyCallError`. */
    async refresh(livyIds: readonly string[]): Promise<void> {
      for (const livyId of livyIds) {
        if (clock.now() - health.of(livyId).readAt < limits.livyFreshMs) continue;
        try {
          await read(livyId);
        } catch (error) {
          if (error instanceof LivyCallError) health.failed(livyId);
          throw error;
        }
      }
    },
  };
}
