import type { RunningPhase } from '@emberlab/contract';
import type { DriverHandle } from '../../engines/engine.ts';
import type { ProcessIdentity } from '../../lib/process.ts';
import type { RunningPart, RunningThing } from '../projects/index.ts';
import type { createBatches } from './batches/batches.ts';
import type { BatchRecord } from './batches/model.ts';
import type { ExternalSessions } from './external/external.ts';
import type { External } from './external/model.ts';
import { hostOf } from './external/present.ts';
import type { History } from './history/history.ts';
import type { Hub } from './hub.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { SessionRecord } from './model.ts';
import type { SessionStore } from './store.ts';

/** Spark drivers of every kind, for administrators: ours, and what runs on Livy servers of projects. */
export function createRunning(parts: {
  sessions: SessionStore;
  lifecycle: Lifecycle;
  hub: Pick<Hub, 'observe'>;
  history: Pick<History, 'list' | 'end'>;
  batches: Pick<ReturnType<typeof createBatches>, 'live' | 'stopByAdmin'>;
  external: Pick<ExternalSessions, 'live' | 'stopByAdmin'>;
}): RunningPart {
  const { sessions, lifecycle, hub, history, batches, external } = parts;

  const histories = async (): Promise<RunningThing[]> => {
    const all: RunningThing[] = [];
    for (const { sessionId, process, isShown, createdAt } of await history.list()) {
      const session = await sessions.find(sessionId);
      if (session === null) continue;
      all.push({
        ...whose(session),
        kind: 'history',
        id: String(sessionId),
        title: titleOf(session),
        phase: isShown ? 'running' : 'starting',
        state: isShown ? 'open' : 'starting',
        since: createdAt,
        place: null,
        process,
      });
    }
    return all;
  };

  return {
    kinds: ['session', 'batch', 'ahead', 'history'],

    async running() {
      const own = (await sessions.listLive()).map((session) => showSession(session, hub.observe(session).state));
      return [
        ...own,
        ...(await batches.live()).map(showBatch),
        ...(await external.live()).map(showExternal),
        ...(await histories()),
      ];
    },

    async stopRunning(kind, name, why) {
      const id = Number(name);
      // Ids of what runs here and on Livys are counted together.
      if ((kind === 'session' || kind === 'batch') && (await external.stopByAdmin(kind, id, why))) return;
      if (kind === 'session') await lifecycle.stop(id, 'admin', why);
      else if (kind === 'ahead') await lifecycle.giveUp(id, 'admin', why);
      else if (kind === 'batch') await batches.stopByAdmin(id, why);
      else if (kind === 'history') await history.end(id);
    },
  };
}

const whose = ({ project, owner }: { project: { id: string }; owner: { id: string } }) => ({
  projectId: project.id,
  userId: owner.id,
  use: null,
});

const processIn = (handle: DriverHandle | null): ProcessIdentity | null =>
  handle !== null && 'pid' in handle ? handle : null;

const titleOf = (session: Pick<SessionRecord, 'id' | 'name' | 'notebook'>): string =>
  session.notebook ?? session.name ?? `Session ${session.id}`;
const batchTitle = ({ name, request }: { name: string | null; request: { file: string } }): string =>
  name ?? request.file.slice(request.file.lastIndexOf('/') + 1);

function phaseOf(state: string): RunningPhase {
  if (state === 'shutting_down') return 'stopping';
  return state === 'starting' || state === 'not_started' ? 'starting' : 'running';
}

const showSession = (session: SessionRecord, state: string): RunningThing => ({
  ...whose(session),
  kind: session.aheadKey === null ? 'session' : 'ahead',
  id: String(session.id),
  title: session.aheadKey === null ? titleOf(session) : 'Waits for the first notebook',
  phase: phaseOf(state),
  state,
  since: session.createdAt,
  place: null,
  process: processIn(session.process),
});

const showBatch = (batch: BatchRecord): RunningThing => ({
  ...whose(batch),
  kind: 'batch',
  id: String(batch.id),
  title: batchTitle(batch),
  phase: phaseOf(batch.state),
  state: batch.state,
  since: batch.createdAt,
  place: null,
  process: processIn(batch.process),
});

const showExternal = (one: External): RunningThing => ({
  ...whose(one),
  kind: one.type,
  id: String(one.id),
  title: one.type === 'session' ? titleOf(one) : batchTitle(one),
  phase: phaseOf(one.state),
  state: one.state,
  since: one.createdAt,
  place: hostOf(one.livyUrl),
  process: null,
});
