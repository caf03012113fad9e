import type { SessionKind } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { digest, newId, newSecret } from '../../../lib/ids.ts';
import { createKeyedQueue } from '../../../lib/lifecycle.ts';
import type { Log } from '../../../lib/log.ts';
import type { Admission } from '../../limits/index.ts';
import { takenBy } from '../demand.ts';
import type { Engines } from '../engines.ts';
import type { Hub } from '../hub.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Client, CreateInput, SessionRecord, SessionRequest } from '../model.ts';
import type { SessionStore } from '../store.ts';
import { aheadKey } from './key.ts';
import { waitingBytes } from './memory.ts';
import type { AheadOptions, SparkServer } from './options.ts';
import { plan, type Ended, type Wanted } from './plan.ts';
import { createAheadStore } from './store.ts';

/** One for which there was no room by a limit is not tried again for so long, ms. */
const refusedMs = 30_000;

export type Ahead = ReturnType<typeof createAhead>;

/**
 * Drivers that are started ahead: one for each Jupyter server that runs with Spark, with exactly the configuration that its notebooks will ask for,
 * so that the first of them finds it ready. Each is a session's row that nobody sees until somebody takes it; it is never handed to another user,
 * server, configuration or revision of the environment. `options` null: there are none, and those that are there go.
 */
export function createAhead(parts: {
  db: Kysely<Database>;
  sessions: SessionStore;
  lifecycle: Lifecycle;
  hub: Hub;
  clock: Clock;
  log: Log;
  options: AheadOptions | null;
  /** how much members and projects may have: it is for what somebody asks for */
  admission: Admission;
  engines: Engines;
  pythonFor(projectId: string): Promise<{ readonly python: string }>;
  /** Checks a body of `POST /sessions` as one that comes over HTTP. */
  readRequest(body: unknown, projectName: string): Promise<SessionRequest>;
  wake: (id: number) => void;
}) {
  const { sessions, lifecycle, hub, clock, log, options, admission, engines } = parts;
  const store = createAheadStore(parts.db);
  const looking = createKeyedQueue();
  /** when the end was, by server, that the log has been told of */
  const told = new Map<string, number>();
  /** until when there is none, by server, for which there was no room by a limit */
  const refused = new Map<string, number>();
  let hasSparkR: Promise<boolean> | null = null;

  type Offer = Wanted & { readonly server: SparkServer; readonly request: SessionRequest; readonly engine: string };

  /** What a server's notebooks will ask for; null: what would be refused, has no environment, or is not started ahead where it runs. */
  const offerFor = async (server: SparkServer): Promise<Offer | null> => {
    try {
      const { python } = await parts.pythonFor(server.projectId);
      const request = await parts.readRequest(server.sessionDefaults, server.projectName);
      const engine = await engines.choose(server.projectId, request);
      if (!engines.startsAhead(engine)) return null;
      const { serverId } = server;
      return { server, request, engine, serverId, key: aheadKey(request, python), memoryBytes: waitingBytes(request) };
    } catch (error) {
      if (error instanceof HttpError || (error instanceof Error && error.name === 'LivyError')) return null;
      throw error;
    }
  };

  const insert = ({ server, request, engine, key }: Offer): Promise<number> =>
    sessions.insert({
      projectId: server.projectId,
      userId: server.userId,
      serverId: server.serverId,
      kind: 'shared',
      engine,
      name: null,
      notebook: null,
      request,
      idempotencyKey: null,
      secretDigest: digest(newSecret('agent')),
      uiId: newId(),
      heartbeatSeconds: 0,
      aheadKey: key,
      now: clock.now(),
    });

  const start = async (offer: Offer): Promise<void> => {
    const { server } = offer;
    const ask = takenBy(server, offer.request, engines.shapeOf(offer.engine), true);
    const id = await admission.inTurn(async () => ((await admission.hasRoom(ask)) ? insert(offer) : null));
    if (id === null) {
      refused.set(server.serverId, clock.now() + refusedMs);
      return;
    }
    refused.delete(server.serverId);
    log.info({ session: id, server: server.serverId }, 'a driver is started ahead');
    const session = await sessions.find(id);
    if (session !== null) hub.publish(session);
    parts.wake(id);
  };

  /** Says once of each end that nobody asked for why there is no driver. */
  const tell = (ended: readonly Ended[]) => {
    const [last] = ended;
    if (last === undefined || (last.reason !== null && last.reason !== 'failed')) return;
    if (told.get(last.serverId) === last.endedAt) return;
    told.set(last.serverId, last.endedAt);
    log.warn(
      { server: last.serverId, failures: ended.length },
      'a driver that was started ahead has failed; its log says why, and the next one waits',
    );
  };

  /** Gives up those for which there is no room by a limit beside what somebody has asked for since. */
  const giveWay = async (waiting: readonly SessionRecord[]): Promise<void> => {
    const yielding = waiting
      .filter(({ state }) => state !== 'shutting_down')
      .map(({ id, project, owner, request, engine }) => ({
        id,
        ...takenBy({ projectId: project.id, userId: owner.id }, request, engines.shapeOf(engine), true),
      }));
    for (const { id } of await admission.surplus(yielding)) {
      log.info({ session: id, reason: 'limit' }, 'a driver that was started ahead is stopped');
      await lifecycle.giveUp(id, 'room');
    }
  };

  const look = async (): Promise<void> => {
    const waiting = await sessions.listLive({ ahead: true });
    const servers = (await options?.servers()) ?? [];
    if (waiting.length === 0 && servers.length === 0) return;
    const offers: Offer[] = [];
    const ended: Ended[] = [];
    for (const server of servers) {
      const offer = await offerFor(server);
      if (offer === null) continue;
      const hasOne = waiting.some(({ serverId }) => serverId === server.serverId);
      if (!hasOne && (refused.get(server.serverId) ?? 0) > clock.now()) continue;
      offers.push(offer);
      const own = await store.ended(server.serverId);
      tell(own);
      ended.push(...own);
    }
    const { stop, start: next } = plan({
      now: clock.now(),
      wanted: offers,
      waiting: waiting.map((session) => ({
        id: session.id,
        serverId: session.serverId,
        key: session.aheadKey ?? '',
        state: session.state,
        readyAt: session.readyAt,
        memoryBytes: waitingBytes(session.request),
      })),
      inUse: await sessions.listLive({ ahead: false }),
      ended,
      memory: options?.memory() ?? { totalBytes: 0, availableBytes: 0 },
      limits: options ?? { idleMs: 0, budgetBytes: 0 },
    });
    for (const { id, reason } of stop) {
      log.info({ session: id, reason }, 'a driver that was started ahead is stopped');
      await lifecycle.giveUp(id, reason);
    }
    await giveWay(waiting.filter(({ id }) => !stop.some((one) => one.id === id)));
    const offer = next === null ? undefined : offers.find((one) => one.serverId === next.serverId);
    if (offer !== undefined) await start(offer);
  };

  /** Kinds whose interpreters take seconds to start: a driver starts them while it waits. */
  const warmKinds = async (): Promise<readonly SessionKind[]> => {
    hasSparkR = options?.hasSparkR() ?? Promise.resolve(false);
    return (await hasSparkR) ? ['spark', 'sparkr'] : ['spark'];
  };

  /** A session of SparkR's own says at its start where that is missing. Known from the last driver's start: to ask R takes longer than to take. */
  const canRun = async (kind: SessionKind): Promise<boolean> =>
    kind !== 'sparkr' || (await (hasSparkR ??= options?.hasSparkR() ?? Promise.resolve(false)));

  return {
    warmKinds,

    /** Looks once at what waits and what is wanted, and acts. Two never look at the same time: they would both start one. */
    step: (): Promise<void> => looking('all', look),

    /** Gives a client of a Jupyter server the driver that was started ahead for it, if it is what the request asks for. null: there is none. */
    async take(
      client: Client,
      idempotencyKey: string | null,
      { kind, engine, name, notebook, heartbeatSeconds, request }: CreateInput & { readonly engine: string },
      python: string,
    ): Promise<SessionRecord | null> {
      const { serverId, projectId, userId } = client;
      if (serverId === null || !(await canRun(kind))) return null;
      const key = aheadKey(request, python);
      for (const session of await sessions.listLive({ serverId, projectId, userId })) {
        if (session.aheadKey !== key || session.engine !== engine) continue;
        const now = clock.now();
        const taken = await lifecycle.take(session.id, key, {
          kind,
          name,
          notebook,
          idempotencyKey,
          heartbeatSeconds,
          now,
        });
        if (taken !== null) return taken;
      }
      return null;
    },
  };
}
