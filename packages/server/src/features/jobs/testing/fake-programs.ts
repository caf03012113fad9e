import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Taken } from '../../limits/index.ts';
import type { Programs, RunNotebooks, RunSight } from '../../sessions/index.ts';

type Whole = NonNullable<Awaited<ReturnType<Programs['find']>>>;
type State = Whole extends infer S ? (S extends unknown ? Omit<S, 'uiKept'> : never) : never;
type Program = Parameters<Programs['begin']>[0];
export type FakeProgram = {
  readonly program: Program;
  readonly python: string;
  state: State;
  /** what its application does */
  sight?: RunSight;
};

/** Drivers of runs as entries in a table: tests let them run and end as they like. */
export function fakePrograms(folder: string) {
  const all = new Map<number, FakeProgram>();
  const stopped: { id: number; why: string }[] = [];
  const logs = (id: number) => ({ stdout: join(folder, `${id}.out`), stderr: join(folder, `${id}.err`) });
  mkdirSync(folder, { recursive: true });
  const programs: Programs = {
    demand: async ({ projectId, userId }): Promise<Taken> => ({
      projectId,
      userId,
      kind: 'session',
      memoryBytes: 0,
      cores: 0,
      yields: false,
    }),
    async begin(program, python) {
      if (all.has(program.executionId)) return;
      writeFileSync(logs(program.executionId).stderr, 'Spark begins\n');
      all.set(program.executionId, { program, python, state: { state: 'starting', applicationId: null } });
    },
    async find(id) {
      const state = all.get(id)?.state;
      return state === undefined ? null : { ...state, uiKept: state.state === 'ended' };
    },
    processOf: async () => null,
    async stop(id, why) {
      stopped.push({ id, why });
      const one = all.get(id);
      if (one !== undefined) one.state = { state: 'stopping', applicationId: null };
    },
    look: async (id) => all.get(id)?.sight ?? null,
    async executorLog(id, { executor, stream, page }) {
      const said = `run ${id}, ${executor}, ${stream}, ${page ?? 'no page'}`;
      return { from: 0, total: said.length, text: Readable.from([said]) };
    },
    openUi: async (id) => {
      const { state } = all.get(id)?.state ?? {};
      if (state === 'running') return { targetId: `ui${id}`, path: '/' };
      return state === 'ended' ? { targetId: `ui${id}`, path: '/history/local-7/jobs/' } : null;
    },
    logs: async (id) => (all.has(id) ? logs(id) : null),
    forget: async (id) => void all.delete(id),
  };
  return {
    programs,
    stopped,
    of(id: number): FakeProgram {
      const one = all.get(id);
      if (one === undefined) throw new Error(`run ${id} has no driver`);
      return one;
    },
    has: (id: number) => all.has(id),
    /** In the order in which they were. */
    begun: (): number[] => [...all.keys()],
    become(id: number, state: State): void {
      const one = all.get(id);
      if (one !== undefined) one.state = state;
    },
    /** Its program ends so. */
    end: (id: number, how: 'succeeded' | 'failed' | 'stopped' | 'lost', problem: string | null = null) => {
      const one = all.get(id);
      if (one !== undefined) one.state = { state: 'ended', how, problem, applicationId: 'local-7' };
    },
  };
}

/** Notebooks whose kernels reach no Spark. */
export const fakeNotebooks = (): RunNotebooks => ({
  of: async () => null,
  ofAll: async () => new Map(),
  look: async () => null,
  metrics: async () => null,
  executorLog: async () => ({ from: 0, total: 0, text: Readable.from([]) }),
  openUi: async () => null,
  stop: async () => undefined,
});
