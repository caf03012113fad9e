import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LimitDefaults, LimitUse, LimitValues, ProjectLimits } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../testing/app.ts';
import { measureWithDu, type Measure } from './disk/measure.ts';
import { noLimits, type Taken } from './policy.ts';

const gb = 1024 ** 3;

describe('limits', () => {
  let clock: ReturnType<typeof fakeClock>;
  let folder: string;
  let kit: TestApp;
  let running: Taken[];
  let measure: Measure;
  let tokens: Map<string, string>;
  let ada: { projectId: string; userId: string };

  beforeEach(async () => {
    clock = fakeClock();
    folder = mkdtempSync(join(tmpdir(), 'emberlab-limits-'));
    running = [];
    measure = async () => ({ bytes: 0, children: new Map(), whole: true });
    kit = await testApp({
      clock,
      projectsFolder: join(folder, 'projects'),
      limited: [{ taken: async () => running }],
      measure: (path, options) => measure(path, options),
    });
    tokens = new Map();
    for (const name of ['root', 'ada', 'bob']) {
      const account = { email: `${name}@example.org`, name, password: null, admin: name === 'root' };
      const { id } = await kit.users.service.create(account);
      tokens.set(name, (await kit.users.service.createToken(id, 'test', null)).secret);
      if (name === 'ada')
        ada = { userId: id, projectId: (await kit.projects.service.create({ name: 'churn' }, id)).id };
    }
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const ask = async (as: string, method: 'GET' | 'PUT', path: string, payload?: object) => {
    const request = { method, url: `/api/v1${path}` };
    const answer = await kit.as(tokens.get(as) ?? '', payload === undefined ? request : { ...request, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const setDefaults = async (change: { user?: Partial<LimitValues>; project?: Partial<LimitValues> }) =>
    ask('root', 'PUT', '/admin/limits', {
      user: { ...noLimits, ...change.user },
      project: { ...noLimits, ...change.project },
    });
  const seen = async (as = 'ada'): Promise<ProjectLimits> => (await ask(as, 'GET', '/projects/churn/limits')).body;
  const of = (limits: readonly LimitUse[], kind: LimitUse['kind']) => limits.find((one) => one.kind === kind);
  const server = (change: Partial<Taken> = {}): Taken => ({
    ...ada,
    kind: 'server',
    memoryBytes: gb,
    cores: 1,
    yields: false,
    ...change,
  });
  /** Asks for room, and takes it; answers what was said. */
  const start = (one: Taken): Promise<string> =>
    kit.limits.admission
      .inTurn(async (check) => {
        await check(one);
        running.push(one);
        return 'started';
      })
      .catch((error: unknown) => (error as Error).message);

  it('are none until an administrator sets them, for all or for one', async () => {
    expect((await ask('root', 'GET', '/admin/limits')).body).toEqual({ user: noLimits, project: noLimits });
    await setDefaults({ user: { servers: 2 }, project: { memory: 8 * gb } });
    await ask('root', 'PUT', '/admin/limits/users/ada@example.org', { servers: null, cores: 4 });
    await ask('root', 'PUT', '/admin/limits/projects/churn', { memory: 2 * gb });
    const { project, own } = await seen();
    expect(of(project, 'memory')).toMatchObject({ limit: 2 * gb, own: true });
    expect([of(own, 'servers'), of(own, 'cores'), of(own, 'sessions')]).toMatchObject([
      { limit: null, own: true },
      { limit: 4, own: true },
      { limit: null, own: false },
    ]);
    // What is left out is as the default again.
    const { body } = await ask('root', 'PUT', '/admin/limits/users/ada@example.org', {});
    expect(of(body.limits, 'servers')).toMatchObject({ limit: 2, own: false });
  });

  it('are said with what is used: of a project by all its members, of a user in all projects', async () => {
    running = [
      server(),
      server({ kind: 'session', memoryBytes: 2 * gb, yields: true }),
      server({ userId: 'bob' }),
      server({ projectId: 'other' }),
    ];
    const { project, own } = await seen();
    const used = (limits: readonly LimitUse[]) =>
      (['servers', 'sessions', 'memory', 'cores'] as const).map((kind) => of(limits, kind)?.used);
    expect([used(project), used(own)]).toEqual([
      [2, 1, 4 * gb, 3],
      [2, 1, 4 * gb, 3],
    ]);
    expect((await ask('bob', 'GET', '/projects/churn/limits')).status).toBe(404);
  });

  it('refuse what goes beyond them, and say which it is, what is used, what was asked and what to do', async () => {
    await setDefaults({ user: { servers: 1, memory: 3 * gb }, project: { cores: 4 } });
    expect(await start(server())).toBe('started');
    expect(await start(server())).toBe(
      'You may have 1 running Jupyter server at a time, in all your projects together: 1 in use, and this would be one more. Please stop one; an administrator can raise the limit.',
    );
    const driver = server({ kind: 'session', memoryBytes: 2.5 * gb });
    expect(await start(driver)).toBe(
      'You may have 3 GB of memory for servers and Spark drivers at a time, in all your projects together: 1 GB in use, and this asks for 2.5 GB. Please stop something, or ask for less memory in the configuration; an administrator can raise the limit.',
    );
    expect(await start({ ...driver, userId: 'bob', cores: 4 })).toContain(
      'This project may have 4 cores for servers and Spark drivers at a time: 1 in use, and this asks for 4.',
    );
    // To the limit itself there is room.
    expect(await start({ ...driver, memoryBytes: 2 * gb })).toBe('started');
  });

  it('let no two in at once where there is room for one', async () => {
    await setDefaults({ project: { servers: 3 } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => start(server())));
    expect([answers.filter((answer) => answer === 'started').length, running.length]).toEqual([3, 3]);
  });

  it('that are set below what is used stop nothing, and let nothing more in', async () => {
    for (let count = 0; count < 3; count += 1) await start(server());
    await setDefaults({ user: { servers: 1 } });
    expect(running).toHaveLength(3);
    expect(of((await seen()).own, 'servers')).toMatchObject({ limit: 1, used: 3 });
    expect(await start(server())).toContain('3 in use');
  });

  it('are in nobody’s way by what nobody has asked for: that gives way', async () => {
    await setDefaults({ user: { sessions: 2 } });
    const ahead = server({ kind: 'session', yields: true });
    expect([await start(ahead), await start(ahead)]).toEqual(['started', 'started']);
    expect(await kit.limits.admission.hasRoom(ahead)).toBe(false);
    expect(await kit.limits.admission.surplus(running)).toEqual([]);
    expect(await start(server({ kind: 'session' }))).toBe('started');
    const yielding = running.filter(({ yields }) => yields);
    expect(await kit.limits.admission.surplus(yielding)).toEqual([yielding[1]]);
  });

  it('hold for hours as the smaller of the two', async () => {
    expect(await kit.limits.hoursOf(ada)).toBeNull();
    await setDefaults({ user: { hours: 48 }, project: { hours: 12 } });
    expect(await kit.limits.hoursOf(ada)).toBe(12);
  });

  it('are found by a part of a name, page by page, and those that differ alone', async () => {
    for (let index = 0; index < 55; index += 1) {
      await kit.projects.service.create({ name: `p-${100 + index}`, label: `Label ${index}` }, ada.userId);
    }
    const first = (await ask('root', 'GET', '/admin/limits/projects')).body;
    const second = (await ask('root', 'GET', `/admin/limits/projects?cursor=${first.next}`)).body;
    expect([first.items.length, second.items.length, second.next]).toEqual([50, 6, null]);
    expect((await ask('root', 'GET', '/admin/limits/projects?search=label%207')).body.items).toMatchObject([
      { name: 'p-107' },
    ]);
    await ask('root', 'PUT', '/admin/limits/projects/p-120', { disk: gb });
    expect((await ask('root', 'GET', '/admin/limits/projects?own=1')).body.items).toMatchObject([{ name: 'p-120' }]);
    expect((await ask('root', 'GET', '/admin/limits/users?search=BOB@')).body.items).toMatchObject([{ name: 'bob' }]);
  });

  it('are set by administrators alone, within bounds, and each change is in the audit log', async () => {
    const wrong = { user: { ...noLimits, servers: -1 }, project: noLimits } satisfies LimitDefaults;
    expect((await ask('root', 'PUT', '/admin/limits', wrong)).status).toBe(400);
    expect((await ask('root', 'PUT', '/admin/limits/users/ada@example.org', { hours: 0 })).status).toBe(400);
    expect((await ask('root', 'PUT', '/admin/limits/users/nobody@example.org', {})).status).toBe(404);
    expect((await ask('ada', 'PUT', '/admin/limits/projects/churn', { servers: 9 })).status).toBe(403);
    await ask('root', 'PUT', '/admin/limits/projects/churn', { servers: 9 });
    const { items } = await kit.audit.service.list({ action: 'limits', outcome: 'done' }, { limit: 1 });
    expect(items).toMatchObject([{ action: 'limits.set-project', target: 'churn' }]);
  });

  it('go with the project that they were set for', async () => {
    await ask('root', 'PUT', '/admin/limits/projects/churn', { servers: 9 });
    await kit.limits.measure();
    await kit.db.deleteFrom('projects').where('name', '=', 'churn').execute();
    expect(await kit.db.selectFrom('project_limits').selectAll().execute()).toEqual([]);
    expect(await kit.db.selectFrom('disk_uses').selectAll().execute()).toEqual([]);
  });

  describe('for files', () => {
    const upload = (bytes: number | null, size = bytes ?? 0) =>
      kit.limits
        .upload(ada, bytes, async (room) => ({ size, room }))
        .catch((error: unknown) => (error as Error).message);

    it('count what was measured: of the project what its members share, of a user what is theirs alone', async () => {
      expect(of((await seen()).project, 'disk')).toMatchObject({ used: null, measuredAt: null });
      measure = measureWithDu;
      const home = join(folder, 'homes', ada.projectId, ada.userId);
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'a'), Buffer.alloc(300_000, 1));
      writeFileSync(join(folder, 'projects', 'churn', 'b'), Buffer.alloc(700_000, 1));
      writeFileSync(join(folder, 'outside'), Buffer.alloc(5_000_000, 1));
      symlinkSync(join(folder, 'outside'), join(folder, 'projects', 'churn', 'link'));
      await kit.limits.measure();
      const { project, own } = await seen();
      const [shared, mine] = [of(project, 'disk'), of(own, 'disk')];
      expect(shared?.measuredAt).toBe(new Date(clock.now()).toISOString());
      expect(Math.round((shared?.used ?? 0) / 100_000)).toBe(7);
      expect(Math.round((mine?.used ?? 0) / 100_000)).toBe(3);
    });

    it('refuse starts and uploads beyond them, say when that was measured, and measure again', async () => {
      let bytes = 2 * gb;
      measure = async () => ({ bytes, children: new Map(), whole: true });
      await kit.limits.measure();
      await setDefaults({ project: { disk: gb } });
      clock.advance(3 * 60_000);
      const sentence =
        'The files of this project take 2 GB of the 1 GB that are allowed (measured 3 min ago, and again now)';
      expect(await start(server())).toContain(sentence);
      expect(await upload(1)).toContain(sentence);
      bytes = gb / 2;
      // Not due by its age: somebody was refused.
      await kit.limits.measure();
      expect(await start(server())).toBe('started');
    });

    it('count uploads from their beginning on, and no two get the same room', async () => {
      measure = async () => ({ bytes: 400, children: new Map(), whole: true });
      await kit.limits.measure();
      await setDefaults({ project: { disk: 1000 } });
      const answers = await Promise.all([upload(400), upload(400), upload(400)]);
      expect(answers.filter((answer) => typeof answer !== 'string')).toHaveLength(1);
      expect(of((await seen()).project, 'disk')?.used).toBe(800);
      // One whose size nobody says gets no more than the rest of the room.
      expect(await upload(null, 150)).toEqual({ size: 150, room: 200 });
      expect(await upload(51)).toContain('and this file has 51 B');
      expect(await upload(50)).toMatchObject({ size: 50 });
    });

    it('of a user are those in all projects together', async () => {
      const { id: other } = await kit.projects.service.create({ name: 'other' }, ada.userId);
      measure = async (_path, { children }) => ({
        bytes: 0,
        // What is nobody's is not asked for: members may have made as many as they like.
        children: new Map(
          ['nobody', ada.userId].filter((name) => children?.(name) === true).map((name) => [name, 600]),
        ),
        whole: true,
      });
      await kit.limits.measure();
      expect(of((await seen()).own, 'disk')?.used).toBe(1200);
      await setDefaults({ user: { disk: 1000 } });
      expect(await start(server({ projectId: other }))).toContain('Your own folders take 1.2 KB of the 1000 B');
    });

    it('keep all the room that is left for an upload whose size nobody says', async () => {
      measure = async () => ({ bytes: 400, children: new Map(), whole: true });
      await kit.limits.measure();
      await setDefaults({ project: { disk: 1000 } });
      const arrives = Promise.withResolvers<void>();
      const rooms: (number | null)[] = [];
      const uploads = [1, 2, 3].map(() =>
        kit.limits.upload(ada, null, async (room) => {
          rooms.push(room);
          if (rooms.length === 3) arrives.resolve();
          await arrives.promise;
          return { size: room };
        }),
      );
      await Promise.all(uploads);
      expect(rooms).toEqual([600, 0, 0]);
      expect(of((await seen()).project, 'disk')?.used).toBe(1000);
    });

    it('do not become fewer by being closed to who measures them', async () => {
      let found = { bytes: 900, mine: 500, whole: true };
      measure = async (_path, { children }) => ({
        bytes: found.bytes,
        children: children === null ? new Map() : new Map([[ada.userId, found.mine]]),
        whole: found.whole,
      });
      const used = async () => {
        clock.advance(11 * 60_000);
        await kit.limits.measure();
        const { project, own } = await seen();
        return [of(project, 'disk')?.used, of(own, 'disk')?.used];
      };
      expect(await used()).toEqual([900, 500]);
      found = { bytes: 10, mine: 20, whole: false };
      expect(await used()).toEqual([900, 500]);
      found = { bytes: 950, mine: 600, whole: false };
      expect(await used()).toEqual([950, 600]);
      found = { bytes: 10, mine: 20, whole: true };
      expect(await used()).toEqual([10, 20]);
    });

    it('that could never be measured are not without a limit for that', async () => {
      measure = async () => Promise.reject(new Error('too many folders'));
      expect(await upload(1)).toEqual({ size: 1, room: null });
      await kit.limits.measure();
      expect(await upload(1)).toEqual({ size: 1, room: null });
      await setDefaults({ project: { disk: 1000 } });
      expect(await upload(1)).toContain('they could not be measured');
      measure = async () => ({ bytes: 1, children: new Map(), whole: true });
      await kit.limits.measure();
      expect(await upload(1)).toEqual({ size: 1, room: 999 });
    });

    it('are measured however many folders there are, and an absent folder has none', async () => {
      const options = { signal: new AbortController().signal, children: (name: string) => name === 'wanted' };
      const many = join(folder, 'many');
      for (const name of ['wanted', ...Array.from({ length: 3000 }, (_, n) => `x${n}`)]) {
        mkdirSync(join(many, name), { recursive: true });
      }
      writeFileSync(join(many, 'wanted', 'a'), Buffer.alloc(300_000, 1));
      const found = await measureWithDu(many, options);
      expect([...found.children.keys()]).toEqual(['wanted']);
      expect(found.whole).toBe(true);
      const whole = await measureWithDu(many, { ...options, children: null });
      expect([whole.bytes, whole.children.size]).toEqual([found.bytes, 0]);
      expect(await measureWithDu(join(folder, 'absent'), options)).toMatchObject({ bytes: 0, whole: true });
    });

    it('are measured again after a while, one that fails as well as the others', async () => {
      await kit.projects.service.create({ name: 'broken' }, ada.userId);
      const seenPaths: string[] = [];
      measure = async (path) => {
        seenPaths.push(path.split('/').at(-1) ?? '');
        if (path.endsWith('broken')) throw new Error('disk on fire');
        return { bytes: 1, children: new Map(), whole: true };
      };
      await kit.limits.measure();
      expect(seenPaths).toContain('churn');
      await kit.limits.measure();
      expect(seenPaths.filter((path) => path === 'churn')).toHaveLength(1);
      clock.advance(11 * 60_000);
      await kit.limits.measure();
      expect(seenPaths.filter((path) => path === 'churn')).toHaveLength(2);
    });
  });
});
