import { defaultPythonConfiguration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import type { HttpError } from '../../http/errors.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

const hour = 3_600_000;
const minute = 60_000;
type Fixture = Awaited<ReturnType<typeof serversFixture>>;

const limitProject = ({ db, projectId }: Fixture, kind: 'servers' | 'memory' | 'hours', value: number | null) =>
  db
    .insertInto('project_limits')
    .values({ project_id: projectId, kind, value })
    .onConflict((conflict) => conflict.columns(['project_id', 'kind']).doUpdateSet({ value }))
    .execute();
const refusal = (call: Promise<unknown>): Promise<string | null> =>
  call.then(
    () => null,
    (error: unknown) => `${(error as HttpError).code}: ${(error as Error).message}`,
  );

describe('the room for servers', () => {
  it('is had by as many as the limit says, also when all are asked for at once', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await limitProject(fixture, 'servers', 2);
    const members = await Promise.all(['cat', 'dan', 'eve', 'fay'].map((name) => fixture.member(name)));
    const answers = await Promise.all(members.map((whose) => refusal(servers.service.start(whose))));
    expect(answers.filter((answer) => answer === null)).toHaveLength(2);
    expect(answers.find((answer) => answer !== null)).toMatch(
      /^limit_reached: This project may have 2 running Jupyter servers at a time: 2 in use/,
    );
    expect(await fixture.db.selectFrom('servers').select('id').execute()).toHaveLength(2);
  });

  it('is not asked for again by one that runs, whatever the limit has become', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    await limitProject(fixture, 'servers', 0);
    expect(await servers.service.start(fixture.whose)).toMatchObject({ state: 'running' });
    await servers.service.stop(fixture.whose);
    await reach(fixture, servers, 'stopped');
    expect(await refusal(servers.service.start(fixture.whose))).toMatch(/^limit_reached/);
  });

  it('is that of the memory that configurations ask: of Python its own, of Spark the platform’s', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await limitProject(fixture, 'memory', 5 * 1024 ** 3);
    const python = { ...defaultPythonConfiguration, memoryMb: 1024 };
    await servers.service.start(fixture.whose, python);
    const bob = { projectId: fixture.projectId, userId: fixture.bob };
    expect(await refusal(servers.service.start(bob, { ...python, memoryMb: 4097 }))).toContain('1 GB in use');
    // A start that was refused has saved nothing.
    expect(await fixture.configurations.get(bob)).toMatchObject({ type: 'spark' });
    expect(await refusal(servers.service.start(bob))).toBeNull();
    const taken = (await servers.limited.taken()).toSorted((one, other) => one.memoryBytes - other.memoryBytes);
    expect(taken).toMatchObject([
      { memoryBytes: 1024 ** 3, cores: 1 },
      { memoryBytes: 4 * 1024 ** 3, cores: 2 },
    ]);
  });
});

describe('the hours of a server', () => {
  async function running(hours: number | null) {
    const fixture = await serversFixture();
    await limitProject(fixture, 'hours', hours);
    fixture.time.mayBeUnlimited = true;
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    const minutesLeft = async () => {
      const { stopsAt } = await servers.service.get(fixture.whose);
      return stopsAt === null ? null : Math.round((Date.parse(stopsAt) - fixture.clock.now()) / minute);
    };
    return { fixture, servers, minutesLeft, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() };
  }

  it('end the whole run: it gets more time up to them, and no more', async () => {
    await using it = await running(10);
    const { fixture, servers } = it;
    expect((await servers.service.get(fixture.whose)).time).toMatchObject({ runHours: 10, mayBeUnlimited: false });
    expect(await it.minutesLeft()).toBe(360);
    fixture.clock.advance(5 * hour);
    await servers.service.extend(fixture.whose, 6);
    expect(await it.minutesLeft()).toBe(300);
    expect(await refusal(servers.service.extend(fixture.whose, 6))).toBe(
      'most_time: A limit lets your Jupyter run for 10 hours in all, and it has those. Please save your work and start it again when its time is over; an administrator can raise the limit.',
    );
    expect(await refusal(servers.service.extend(fixture.whose, null))).toMatch(/^forbidden/);
    fixture.clock.advance(5 * hour);
    servers.wake();
    expect(await reach(fixture, servers, 'stopped')).toMatchObject({ stopReason: 'time' });
  });

  it('cut the first hours short as well', async () => {
    await using it = await running(2);
    expect(await it.minutesLeft()).toBe(120);
  });

  it('count what has gone by, whatever the clock was set to', async () => {
    await using it = await running(10);
    const { fixture, servers } = it;
    fixture.clock.set(fixture.clock.now() + 72 * hour);
    servers.wake();
    await fixture.until(async () => (await it.minutesLeft()) === 360);
    await servers.service.extend(fixture.whose, 6);
    expect(await it.minutesLeft()).toBe(600);
  });

  it('that are lowered take no time away that a server has', async () => {
    await using it = await running(null);
    const { fixture, servers } = it;
    await servers.service.extend(fixture.whose, null);
    expect(await it.minutesLeft()).toBeNull();
    fixture.clock.advance(4 * hour);
    await limitProject(fixture, 'hours', 3);
    servers.wake();
    expect(await servers.service.get(fixture.whose)).toMatchObject({ state: 'running', stopsAt: null });
    expect(await refusal(servers.service.extend(fixture.whose, 6))).toMatch(/^most_time/);
    expect(await it.minutesLeft()).toBeNull();
  });
});
