import type { SessionMetrics } from '@emberlab/contract';
import type { ProjectChange } from '../../http/project-events.ts';
import type { Bus } from '../../lib/bus.ts';
import type { Clock } from '../../lib/clock.ts';
import { createChanges, sessionKey } from './changes.ts';
import type { Limits } from './limits.ts';
import type { Links } from './link/links.ts';
import type { SessionRecord } from './model.ts';
import { createOutputs } from './outputs.ts';
import { maySee } from './policy.ts';
import { presentSession, type Observed } from './present.ts';
import { createStages } from './stages.ts';
import { isLive, shown } from './state.ts';

export type Hub = ReturnType<typeof createHub>;

/** What is known of live sessions in memory, and who is told of changes. All of it may be lost at any moment: rows and agents bring it back. */
export function createHub(options: {
  clock: Clock;
  bus: Bus<ProjectChange>;
  links: Links;
  limits: Limits;
  workChanged: (serverId: string) => void;
  notebookEnded: (executionId: number) => void;
  revisionAt: (projectId: string, at: number) => number | null;
}) {
  const { clock, bus, links, limits } = options;
  const metrics = new Map<number, SessionMetrics>();
  const seenAt = new Map<number, number>();
  const usedAt = new Map<number, number>();
  const waiting = new Map<number, string>();
  const busy = new Set<number>();
  const changes = createChanges(clock);
  const outputs = createOutputs();
  const stages = createStages();
  // While we were not there nobody could reach us, so silence counts from now on.
  let heartbeatsSince = clock.now();

  const observe = (session: SessionRecord): Observed => ({
    state: shown(session.state, links.absentMs(session.id) >= limits.absentMs),
    metrics: metrics.get(session.id) ?? null,
    waiting: waiting.get(session.id) ?? null,
    revision: options.revisionAt(session.project.id, session.createdAt),
  });

  /** Tells the Jupyter server of a session when that begins to work or ends it. */
  function noteWork(session: SessionRecord, isBusy: boolean): void {
    if (busy.has(session.id) === isBusy) return;
    if (isBusy) busy.add(session.id);
    else busy.delete(session.id);
    if (session.serverId !== null) options.workChanged(session.serverId);
  }

  return {
    changes,
    outputs,
    stages,
    observe,

    setMetrics(id: number, value: SessionMetrics): void {
      metrics.set(id, value);
    },

    /** Notes what the driver of a session waits for; null: nothing that is known. Answers whether that is new. */
    setWaiting(id: number, what: string | null): boolean {
      if (what === (waiting.get(id) ?? null)) return false;
      if (what === null) waiting.delete(id);
      else waiting.set(id, what);
      return true;
    },

    waitingOf: (id: number): string | null => waiting.get(id) ?? null,

    /** Notes a request of a session's client. */
    seen(id: number): void {
      seenAt.set(id, clock.now());
    },

    /** For how long a session's client has been silent, ms. */
    silentMs: (session: SessionRecord): number =>
      clock.now() - Math.max(seenAt.get(session.id) ?? 0, session.createdAt, heartbeatsSince),

    /** Notes that a session is used: code, a cancellation, a completion, the end of what it ran. Looking at it is none. */
    used(id: number): void {
      usedAt.set(id, clock.now());
    },

    /** For how long nobody has used a session, ms. */
    unusedMs: (session: SessionRecord): number =>
      clock.now() - Math.max(usedAt.get(session.id) ?? 0, session.readyAt ?? session.createdAt, heartbeatsSince),

    /** Begins the clocks of heartbeats and of idle sessions anew. */
    forgiveSilence(): void {
      heartbeatsSince = clock.now();
    },

    /** Tells everybody who may know, and everybody who waits. */
    publish(session: SessionRecord): void {
      const observed = observe(session);
      noteWork(session, observed.state === 'busy');
      bus.publish({
        projectId: session.project.id,
        users: [session.owner.id],
        present: (viewer) =>
          maySee(viewer, session) ? { type: 'session', session: presentSession(session, viewer, observed) } : null,
      });
      if (session.executionId !== null && !isLive(session.state)) options.notebookEnded(session.executionId);
      changes.notify(sessionKey(session.id));
    },

    forget(id: number): void {
      metrics.delete(id);
      seenAt.delete(id);
      usedAt.delete(id);
      waiting.delete(id);
      busy.delete(id);
      outputs.forget(id);
      stages.forget(id);
    },
  };
}
