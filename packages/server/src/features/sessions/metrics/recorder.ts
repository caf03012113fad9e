import type { SessionSample } from '@emberlab/contract';
import type { ProjectBus } from '../../../http/project-events.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createKeyedQueue } from '../../../lib/lifecycle.ts';
import { maySee } from '../policy.ts';
import { isLive } from '../state.ts';
import type { SessionStore } from '../store.ts';
import type { SampleStore } from './store.ts';

export type Recorder = ReturnType<typeof createRecorder>;

/** Writes down what drivers measure, and lets those who look know that there is something new. */
export function createRecorder(parts: { sessions: SessionStore; samples: SampleStore; bus: ProjectBus; clock: Clock }) {
  const { sessions, samples, bus, clock } = parts;
  const queue = createKeyedQueue();
  return {
    /** Times are ours: a driver's clock may say anything. */
    record: (id: number, sample: SessionSample): Promise<void> =>
      queue(String(id), async () => {
        const session = await sessions.find(id);
        if (session === null || !isLive(session.state)) return;
        if (!(await samples.add(id, clock.now(), sample))) return;
        bus.publish({
          projectId: session.project.id,
          users: [session.owner.id],
          present: (viewer) => (maySee(viewer, session) ? { type: 'session-measured', id } : null),
        });
      }),
  };
}
