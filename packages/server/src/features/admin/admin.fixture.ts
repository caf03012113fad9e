import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningKind } from '@emberlab/contract';
import { createBus } from '../../lib/bus.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import type { TreeUse } from '../../lib/process-use.ts';
import { testApp } from '../../testing/app.ts';
import type { ProjectChange } from '../../http/project-events.ts';
import type { RunningPart, RunningThing } from '../projects/index.ts';
import { createAdmin, createMachineMeter } from './index.ts';

export const start = Date.UTC(2026, 0, 1);
export const reason = 'the machine is needed';
export const gb = 1024 ** 3;

/** The administrators' area in the real app, over parts that run what a test says. Ada administers; the project `sales` is Eve's. `await using` closes it. */
export async function adminFixture() {
  const clock = fakeClock(start);
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-admin-'));
  const kit = await testApp({ clock, projectsFolder: folder });
  const bus = createBus<ProjectChange>((error) => {
    throw error;
  });
  const state = {
    things: [] as RunningThing[],
    /** what processes take, by their ids */
    uses: new Map<number, TreeUse>(),
    /** how often processes were looked at */
    looks: 0,
    edges: [{ busy: 0.1 }],
    /** projects whose environments could not be made */
    failed: [] as string[],
    stopped: [] as string[],
    /** the id of what can't be ended */
    broken: null as string | null,
  };
  const part = (...kinds: RunningKind[]): RunningPart => ({
    kinds,
    running: async () => state.things.filter(({ kind }) => kinds.includes(kind)),
    async stopRunning(kind, id, why) {
      if (id === state.broken) throw new Error('it can’t be ended');
      state.stopped.push(`${kind} ${id}: ${why}`);
      state.things = state.things.filter((one) => one.kind !== kind || one.id !== id);
    },
  });
  const admin = createAdmin({
    db: kit.db,
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    bus,
    parts: [part('server'), part('session', 'batch', 'ahead', 'history'), part('run'), part('build')],
    useOf(roots) {
      state.looks += 1;
      return new Map([...state.uses].filter(([pid]) => roots.some((root) => root.pid === pid)));
    },
    newMeter: () => createMachineMeter(folder),
    edges: () => state.edges.map(({ busy }) => ({ edge: '1', connections: 3, busy, memoryBytes: 5000 })),
    async *examine() {
      yield { about: 'Disk', state: 'warning', text: '2.0 GB are free.', todo: 'Please free some.' } as const;
    },
    notices: [{ level: 'warning', message: 'All notebooks run as the same user.' }],
    failedBuilds: async () => state.failed,
    settings: { file: '/data/emberlab.toml', items: [] },
    version: '1.2.3',
  });
  admin.registerRoutes(kit.router);
  const account = async (name: string, isAdmin: boolean) => {
    const user = { email: `${name}@example.org`, name, password: 'correct horse battery', admin: isAdmin };
    const { id } = await kit.users.service.create(user);
    return { id, token: (await kit.users.service.createToken(id, 'laptop', null)).secret };
  };
  const ada = await account('ada', true);
  const eve = await account('eve', false);
  const { id: projectId } = await kit.projects.service.create({ name: 'sales', label: 'Sales' }, eve.id);

  return {
    kit,
    clock,
    bus,
    admin,
    state,
    ada,
    eve,
    projectId,

    /** Something of Eve's that runs in her project. */
    thing: (kind: RunningKind, id: string, more: Partial<RunningThing> = {}): RunningThing => ({
      kind,
      id,
      projectId,
      userId: eve.id,
      title: `${kind} ${id}`,
      phase: 'running',
      state: 'running',
      since: clock.now(),
      place: null,
      process: null,
      use: null,
      ...more,
    }),

    ask: (method: 'GET' | 'POST', path: string, payload?: object, token = ada.token) =>
      kit.as(token, { method, url: `/api/v1/admin${path}`, ...(payload === undefined ? {} : { payload }) }),

    async [Symbol.asyncDispose]() {
      await admin.close();
      await kit[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
export type AdminFixture = Awaited<ReturnType<typeof adminFixture>>;
