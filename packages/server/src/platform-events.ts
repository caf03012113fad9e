import type { ProjectEvent } from '@emberlab/contract';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createCallControl } from './edge/control.ts';
import { createGate } from './edge/gate.ts';
import type { ProjectBus, ProjectSnapshot } from './http/project-events.ts';
import { fromWire, toWire, type WireChange } from './http/project-wire.ts';
import type { Clock } from './lib/clock.ts';
import type { PlatformParts } from './platform-parts.ts';

/** So long a stream waits for the present state while the lead goes from one to another, ms. */
const stateWaitMs = 20_000;

/** What a project's stream begins with, from each part that has something to show. */
export const snapshotsOf = (parts: PlatformParts): readonly ProjectSnapshot[] => [
  parts.environments.snapshot,
  parts.configurations.snapshot,
  parts.servers.snapshot,
  parts.sessions.snapshot,
  parts.notebooks.snapshot,
  parts.jobs.snapshot,
  parts.announcements.snapshot,
  parts.alerts.snapshot,
];

/** All of it, one after the other. */
export async function stateFrom(
  snapshots: readonly ProjectSnapshot[],
  ...asked: Parameters<ProjectSnapshot>
): Promise<ProjectEvent[]> {
  const events: ProjectEvent[] = [];
  for (const snapshot of snapshots) events.push(...(await snapshot(...asked)));
  return events;
}

type Given = { config: Config; clock: Clock; log: Logger; bus: ProjectBus };

/** Tells replicas of every change that this process makes, from now on. */
export async function tellReplicas({ config, clock, log, bus }: Given): Promise<{ close(): Promise<void> }> {
  if (!config.replicas || config.databaseUrl === null) return { close: async () => undefined };
  const { createNotifier } = await import('./db/postgres/notices.ts');
  const notifier = createNotifier({
    url: config.databaseUrl,
    clock,
    onLost: (error) => log.warn({ err: error }, 'replicas can not be told of changes; it will be tried again'),
  });
  const unsubscribe = bus.subscribe((change) => notifier.tell(JSON.stringify(toWire(change))));
  return {
    close() {
      unsubscribe();
      return notifier.close();
    },
  };
}

/** What the streams of a replica rest on. */
export type LeaderEvents = {
  readonly snapshot: ProjectSnapshot;
  /** Has `listener` called when changes may have got lost: whoever rests on them has to begin anew. */
  onGap(listener: () => void): () => void;
  /** Begins to hear of changes, which are told on the bus then. */
  begin(): Promise<void>;
  close(): Promise<void>;
};

/** The events of the control plane that leads, for one that follows: changes as they are told through the database, and the present state from itself. */
export function hearLeader({ config, clock, log, bus }: Given): LeaderEvents {
  const listeners = new Set<() => void>();
  const gate = createGate(clock);
  const call = createCallControl({ socketPath: config.paths.edgeSocket, gate, clock });
  const closing = new AbortController();
  let notices: { close(): Promise<void> } | null = null;
  return {
    async snapshot(projectId, viewer) {
      const answer = await call('/state', { projectId, viewer }, { waitMs: stateWaitMs, signal: closing.signal });
      if (answer?.status !== 200) throw new Error('The control plane that leads has not told the state of a project.');
      return JSON.parse(answer.text) as ProjectEvent[];
    },
    onGap(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async begin() {
      if (config.databaseUrl === null) return;
      const { listenToNotices } = await import('./db/postgres/notices.ts');
      notices = listenToNotices({
        url: config.databaseUrl,
        clock,
        onLost: (error) => log.warn({ err: error }, 'changes can not be heard of; it will be tried again'),
        onText: (text) => bus.publish(fromWire(JSON.parse(text) as WireChange)),
        onGap() {
          for (const listener of listeners) listener();
        },
      });
    },
    async close() {
      closing.abort();
      gate.close();
      await notices?.close();
    },
  };
}
