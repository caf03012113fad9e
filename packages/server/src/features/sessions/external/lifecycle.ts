import type { ProjectEvent, Session } from '@emberlab/contract';
import type { ProjectBus, Viewer } from '../../../http/project-events.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createKeyedQueue } from '../../../lib/lifecycle.ts';
import type { Log } from '../../../lib/log.ts';
import { describeStop } from '../end.ts';
import { maySee } from '../policy.ts';
import type { StopReason } from '../state.ts';
import { isFinal, type External, type ExternalState, type ExternalType } from './model.ts';
import { presentExternal, presentExternalBatch } from './present.ts';
import type { Seen } from './seen.ts';
import type { ExternalStore } from './store.ts';

export type ExternalLifecycle = ReturnType<typeof createExternalLifecycle>;

/** Every change of a session or batch on a project's Livy. Those of one run one after the other; the row is written before anybody is told. */
export function createExternalLifecycle(parts: {
  store: ExternalStore;
  bus: ProjectBus;
  clock: Clock;
  log: Log;
  /** whether a Livy has not answered for a while */
  isAway(livyId: string | null): boolean;
  /** there may be something to do for the worker */
  wake: () => void;
}) {
  const { store, clock } = parts;
  const queue = createKeyedQueue();

  const present = (session: External & { type: 'session' }, viewer: Viewer): Session =>
    presentExternal(session, viewer, parts.isAway(session.livyId));

  const publish = (external: External) => {
    const eventFor = (viewer: Viewer): ProjectEvent =>
      external.type === 'session'
        ? { type: 'session', session: present(external, viewer) }
        : { type: 'batch', batch: presentExternalBatch(external, viewer) };
    parts.bus.publish({
      projectId: external.project.id,
      users: [external.owner.id],
      present: (viewer) => (maySee(viewer, external) ? eventFor(viewer) : null),
    });
  };

  /** Runs `task` on the present row, after all that came before for it; answers the row as it is then. Null: there is none. */
  const within = (
    type: ExternalType,
    id: number,
    task: (external: External) => Promise<void>,
  ): Promise<External | null> =>
    queue(`${type} ${id}`, async () => {
      const before = await store.find(type, id);
      if (before === null) return null;
      await task(before);
      const now = await store.find(type, id);
      if (now !== null && JSON.stringify(now) !== JSON.stringify(before)) publish(now);
      return now;
    });

  const end = async (external: External, state: ExternalState, problem: string | null) => {
    await store.update(external.type, external.id, {
      state,
      endedAt: clock.now(),
      ...(problem === null || external.problem !== null ? {} : { problem }),
    });
    parts.log.info({ [external.type]: external.id, state, problem }, 'what ran on a project’s Livy has ended');
  };

  return {
    present,
    publish,

    /** Takes note of what its Livy says of it. One that has ended stays ended, whatever is said of it later. */
    seen: (type: ExternalType, id: number, seen: Seen) =>
      within(type, id, async (external) => {
        if (external.endedAt !== null) return;
        await store.update(type, id, { externalId: seen.externalId, application: seen.application });
        if (isFinal(seen.state)) return end(external, seen.state, problemOf(external, seen.state));
        if (external.state === 'shutting_down') return;
        const ready = external.readyAt === null && ['idle', 'busy', 'running'].includes(seen.state);
        await store.update(type, id, { state: seen.state, ...(ready ? { readyAt: clock.now() } : {}) });
      }),

    /** Its Livy knows it no more, or never has. */
    vanished: (
      type: ExternalType,
      id: number,
      problem = 'The project’s Livy knows it no more: it was ended there, or Livy has been started anew.',
    ) =>
      within(type, id, async (external) => {
        if (external.endedAt !== null) return;
        const asked = external.state === 'shutting_down';
        await end(external, asked && type === 'batch' ? 'killed' : 'dead', asked ? reasonOf(external) : problem);
      }),

    /** Lets it end; `problem` tells whose it is why. One that has ended and is deleted is found no more; another reason changes nothing then. */
    stop: (type: ExternalType, id: number, reason: StopReason, problem?: string) =>
      within(type, id, async (external) => {
        if (external.endedAt !== null) {
          if (reason === 'deleted') await store.update(type, id, { stopReason: reason });
          return;
        }
        const first = external.state !== 'shutting_down';
        await store.update(type, id, {
          state: 'shutting_down',
          ...(first || reason === 'deleted' ? { stopReason: reason } : {}),
          ...(first && problem !== undefined ? { problem } : {}),
        });
        parts.wake();
      }),
  };
}

const reasonOf = (external: External): string | null =>
  external.stopReason === 'failed'
    ? 'It was not known whether Livy had started it, so it was ended.'
    : external.stopReason === 'member' || external.stopReason === 'project'
      ? describeStop(external.stopReason, 0)
      : null;

/** Why it has ended, as far as its Livy tells. */
function problemOf(external: External, state: ExternalState): string | null {
  if (external.state === 'shutting_down') return reasonOf(external);
  if (state === 'killed') return 'It was ended on the cluster, or by whoever runs Livy.';
  return state === 'dead' ? 'It has failed, as Livy says; its log may say why.' : null;
}
