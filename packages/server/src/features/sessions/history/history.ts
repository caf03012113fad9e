import type { EdgeTargets } from '../../../edge/ports.ts';
import type { Target } from '../../../edge/protocol.ts';
import { EngineError, type DriverExit, type Engine, type UiAddress } from '../../../engines/engine.ts';
import { HttpError } from '../../../http/errors.ts';
import { delay, type Clock } from '../../../lib/clock.ts';
import { tailLines } from '../../../lib/log-file.ts';
import type { Log } from '../../../lib/log.ts';
import type { ProcessIdentity } from '../../../lib/process.ts';
import type { Limits } from '../limits.ts';
import type { SessionRecord } from '../model.ts';
import { asksFirstPage, pagesOf } from './answer.ts';
import { another, calledOff, gaveUp, noEventLog, notStarted, stopping, tooMany } from './problems.ts';
import type { HistoryStore } from './store.ts';

const pollMs = 100;

/** What has run and ended: a session, or the driver of a run of a job. */
export type Finished = Pick<SessionRecord, 'id' | 'uiId' | 'project' | 'eventLog'> & {
  readonly owner: { readonly id: string };
  readonly application: { readonly id: string } | null;
};

/** A history server that shows its application. */
type Shown = {
  readonly handle: ProcessIdentity;
  readonly address: UiAddress;
  readonly applicationId: string;
  readonly uiId: string;
  readonly projectId: string;
  usedAt: number;
};

/** One that comes up, and what calls that off. */
type Opening = {
  readonly projectId: string;
  /** who asked first */
  readonly userId: string;
  readonly started: Promise<Shown>;
  readonly off: AbortController;
};

/** How requests for the Spark UI of a finished application get there. */
export type HistoryWay = { readonly address: UiAddress; readonly home: string };

export type History = ReturnType<typeof createHistory>;

/**
 * The Spark UIs of applications that have ended: for each that somebody opens, Spark's history server is started on its event log. A few may run; the
 * one that was not used for the longest time makes room for the next, and one that nobody uses ends. Nothing is lost with one, so none outlives this
 * process: what a former one has left is ended at the start.
 */
export function createHistory(parts: {
  store: HistoryStore;
  engine: Pick<Engine, 'eventLogs' | 'history' | 'isAlive'>;
  targets: EdgeTargets;
  /** the target of its Spark UI */
  targetOf(session: Finished): Target;
  projectFolder(name: string): string;
  clock: Clock;
  log: Log;
  limits: Limits;
}) {
  const { store, targets, clock, log, limits } = parts;
  const { eventLogs, history: servers } = parts.engine;
  const shown = new Map<number, Shown>();
  const opening = new Map<number, Opening>();
  const ending = new Map<number, Promise<void>>();
  const closed = new AbortController();

  /** Ends a server, and all that is left of it. */
  const bury = async (id: number, handle: ProcessIdentity | null): Promise<void> => {
    if (handle !== null) await servers.end(handle);
    await servers.clean(id);
    await store.remove(id);
  };

  /** Ends one that is there. */
  const endShown = (id: number): Promise<void> => {
    const one = shown.get(id);
    if (one === undefined) return ending.get(id) ?? Promise.resolve();
    shown.delete(id);
    const done = (async () => {
      await targets.remove(one.uiId);
      await bury(id, one.handle);
    })().finally(() => ending.delete(id));
    ending.set(id, done);
    return done;
  };

  /** The same for one that comes up. */
  const end = async (id: number): Promise<void> => {
    const coming = opening.get(id);
    coming?.off.abort();
    await coming?.started.catch(() => undefined);
    await endShown(id);
  };

  /** Ends the servers that were not used for the longest time, until there is room for one more. Which they are is settled before this returns. */
  const makeRoom = (): Promise<unknown> => {
    const byUse = [...shown].toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    const superfluous = shown.size + opening.size + 1 - limits.historyServers;
    if (superfluous > byUse.length) return Promise.reject(tooMany());
    return Promise.all(byUse.slice(0, Math.max(superfluous, 0)).map(([id]) => endShown(id)));
  };

  /** Waits until a server that was started shows the application. */
  const untilShown = async (
    id: number,
    applicationId: string,
    exited: Promise<DriverExit>,
    off: AbortSignal,
  ): Promise<UiAddress> => {
    const late = new AbortController();
    const callOff = clock.after(limits.historyStartMs, () => late.abort());
    const gone = new AbortController();
    void exited.then(() => gone.abort());
    const over = AbortSignal.any([late.signal, gone.signal, closed.signal, off]);
    try {
      for (;;) {
        const address = await servers.addressOf(id);
        if (address !== null && (await asksFirstPage(address, applicationId, over))) return address;
        await delay(clock, pollMs, over);
      }
    } catch (error) {
      if (!over.aborted) throw error;
      if (closed.signal.aborted) throw stopping();
      if (off.aborted) throw calledOff();
      const tail = await tailLines(servers.log(id), 50);
      throw late.signal.aborted ? gaveUp(limits.historyStartMs, tail) : notStarted(tail);
    } finally {
      callOff();
    }
  };

  const launch = async (session: Finished, off: AbortSignal): Promise<Shown> => {
    const { id, uiId } = session;
    await Promise.all([makeRoom(), ending.get(id)]);
    const ids = await eventLogs.applications(id);
    const own = session.application?.id;
    // A session whose code has made a second SparkContext has more than one application.
    const applicationId = ids.find((one) => one === own || one.startsWith(`${own}_`)) ?? ids.at(-1);
    if (applicationId === undefined) {
      throw noEventLog(await eventLogs.limit(id, { ended: true }), { removed: session.eventLog === 'kept' });
    }
    await store.insert(id, clock.now());
    let handle: ProcessIdentity | null = null;
    try {
      const begun = clock.now();
      const launched = await servers.launch({
        sessionId: id,
        owner: { projectId: session.project.id, userId: session.owner.id },
        projectFolder: parts.projectFolder(session.project.name),
      });
      handle = launched.handle;
      await store.launched(id, handle);
      const address = await untilShown(id, applicationId, launched.exited, off);
      const one = { handle, address, applicationId, uiId, projectId: session.project.id, usedAt: clock.now() };
      shown.set(id, one);
      targets.put(parts.targetOf(session));
      log.info({ session: id, ms: clock.now() - begun }, 'the Spark UI of a finished application is there');
      return one;
    } catch (error) {
      await bury(id, handle);
      if (!closed.signal.aborted) log.warn({ session: id, err: error }, 'no Spark UI of a finished application');
      if (error instanceof EngineError) throw new HttpError('ui_unavailable', { message: error.message, cause: error });
      throw error;
    }
  };

  const open = async (session: Finished, userId: string): Promise<Shown> => {
    const { id } = session;
    const one = shown.get(id);
    if (one !== undefined) {
      one.usedAt = clock.now();
      return one;
    }
    const begun = opening.get(id);
    if (begun !== undefined) return begun.started;
    // An event log can be made such that reading it takes for ever: nobody keeps all places with some of them.
    if ([...opening.values()].some((other) => other.userId === userId)) throw another();
    const off = new AbortController();
    const started = launch(session, off.signal).finally(() => opening.delete(id));
    opening.set(id, { projectId: session.project.id, userId, started, off });
    return started;
  };

  return {
    /** Lets the Spark UI of a finished application be there; answers the path of its first page. Throws an `HttpError` that says why it can't be. */
    async open(session: Finished, userId: string): Promise<string> {
      const { id } = session;
      const one = shown.get(id);
      // It may have been ended by others: the machine ran out of memory, say.
      if (one !== undefined && !(await parts.engine.isAlive(one.handle))) await endShown(id);
      return `${pagesOf((await open(session, userId)).applicationId)}/jobs/`;
    },

    /** The way to one that is there; whoever asks uses it. null: there is none. */
    wayTo(id: number): HistoryWay | null {
      const one = shown.get(id);
      if (one === undefined) return null;
      one.usedAt = clock.now();
      return { address: one.address, home: pagesOf(one.applicationId) };
    },

    /** Ends those that nobody uses, and what is left of those that have ended by themselves. */
    async step(): Promise<void> {
      for (const [id, one] of shown) {
        const idle = clock.now() - one.usedAt >= limits.historyIdleMs;
        if (idle || !(await parts.engine.isAlive(one.handle))) await endShown(id);
      }
    },

    /** All that run or come up, or end. */
    async list(): Promise<
      { sessionId: number; process: ProcessIdentity | null; isShown: boolean; createdAt: number }[]
    > {
      return (await store.list()).map((row) => ({ ...row, isShown: shown.has(row.sessionId) }));
    },

    /** Ends what shows a session that is to be forgotten. */
    end,

    /** The same for all of a project: who has left it may have opened them. */
    async endAll(projectId: string): Promise<void> {
      const all = [...shown, ...opening].filter(([, one]) => one.projectId === projectId);
      await Promise.all(all.map(([id]) => end(id)));
    },

    /** Ends what a former process has left. */
    async endLeftovers(): Promise<void> {
      for (const { sessionId, process } of await store.list()) {
        await bury(sessionId, process ?? (await servers.find(sessionId)));
      }
    },

    async close(): Promise<void> {
      closed.abort(new Error('closed'));
      await Promise.allSettled([...opening.values()].map(({ started }) => started));
      await Promise.all([...shown.keys()].map((id) => endShown(id)));
      await Promise.all(ending.values());
    },
  };
}
