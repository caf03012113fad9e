import type { Configuration, Server, ServerTime, ServerUse } from '@emberlab/contract';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import type { KeptLimits } from './limits.ts';
import { turnsOf } from './queue.ts';
import { waitsForTurn } from './state.ts';
import type { ServerRecord, ServerStore } from './store.ts';

export type Presenter = (record: ServerRecord) => Promise<Server>;

/** Makes servers what the contract has of them; `uses` knows what those that run take now. */
export function createPresenter(options: {
  store: Pick<ServerStore, 'live'>;
  timeOf: (whose: { projectId: string; userId: string }) => Promise<ServerTime>;
  uses: ReadonlyMap<string, ServerUse>;
}): Presenter {
  const { store, timeOf, uses } = options;
  return async (record) => {
    const isRunning = record.state === 'running';
    return {
      id: record.id,
      state: record.state,
      steps: record.steps.map(({ step, startedAt, endedAt, note = null }) => ({
        step,
        note,
        startedAt: toInstant(startedAt),
        endedAt: toInstantOrNull(endedAt),
      })),
      configuration: record.configuration,
      revision: record.revision,
      startedAt: toInstantOrNull(record.startedAt),
      readyAt: toInstantOrNull(record.readyAt),
      endedAt: toInstantOrNull(record.endedAt),
      stopsAt: isRunning ? toInstantOrNull(record.stopsAt) : null,
      stopReason: record.stopReason,
      stopNote: record.stopNote,
      activity:
        isRunning && record.activity !== null ? { ...record.activity, at: toInstant(record.activity.at) } : null,
      queuePosition: waitsForTurn(record)
        ? (positionsIn(await store.live({ states: ['queued', 'starting'] })).get(record.id) ?? null)
        : null,
      limits: record.limits === null ? null : limitsIn(record.limits),
      profile: record.limits?.profile ?? null,
      use: isRunning ? (uses.get(record.id) ?? null) : null,
      memoryEnd: record.memoryEnd === null ? null : { ...record.memoryEnd, at: toInstant(record.memoryEnd.at) },
      time: await timeOf(record),
      problem: record.problem,
    };
  };
}

const limitsIn = ({ memoryMb, cores, by }: KeptLimits) => ({ memoryMb, cores, by });

/** The places in the queue, by the ids of those that wait for their turn; `coming`: all of them, and those that start. */
export function positionsIn(coming: readonly ServerRecord[]): Map<string, number> {
  const starting = coming.filter((record) => record.state === 'starting');
  return new Map(turnsOf(coming.filter(waitsForTurn), starting).map(({ id }, index) => [id, index + 1]));
}

/** What is shown where there has never been a server. */
export const never = (configuration: Configuration, time: ServerTime): Server => ({
  id: null,
  state: 'stopped',
  steps: [],
  configuration,
  revision: null,
  startedAt: null,
  readyAt: null,
  endedAt: null,
  stopsAt: null,
  stopReason: null,
  stopNote: null,
  activity: null,
  queuePosition: null,
  limits: null,
  profile: null,
  use: null,
  memoryEnd: null,
  time,
  problem: null,
});
