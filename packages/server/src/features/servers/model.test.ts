import type { Server, ServerState } from '@emberlab/contract';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serversFixture, type ServersFixture } from './servers.fixture.ts';
import type { Whose } from './service.ts';

const hour = 3_600_000;

/** What a member's server should be; `ends` is when its time is over, by the clock that nobody sets, ms. */
type One = { state: ServerState; id: string | null; ends: number | null };
type Model = { servers: One[] };
type Real = {
  fixture: ServersFixture;
  members: readonly Whose[];
  instance: ReturnType<ServersFixture['instance']>;
};
type Step = fc.AsyncCommand<Model, Real>;

const isUp = ({ state }: One) => state === 'starting' || state === 'running';
const places = 2;

/** Who may start in the model: three members and two places leave one in the queue at most. */
function letStart(model: Model): void {
  for (const one of model.servers) {
    const starting = model.servers.filter(({ state }) => state === 'starting').length;
    if (one.state === 'queued' && starting < places) one.state = 'starting';
  }
}

/** Lets what is due happen until everything is as the model has it, then looks at what must always hold. */
async function settle(model: Model, real: Real): Promise<void> {
  const { fixture, members } = real;
  const shown = (): Promise<Server[]> => Promise.all(members.map((whose) => real.instance.service.get(whose)));
  const alive = () => fixture.processes.filter((one) => one.alive).map((one) => one.spec.serverId);
  const wanted = model.servers.map(({ state }) => state);
  const upIds = model.servers.filter(isUp).map(({ id }) => id ?? '');
  await fixture.until(async () => {
    real.instance.wake();
    const states = (await shown()).map(({ state }) => state);
    return states.every((state, index) => state === wanted[index]) && alive().length === upIds.length;
  });
  expect(alive().toSorted()).toEqual(upIds.toSorted());
  const running = model.servers.filter(({ state }) => state === 'running');
  expect([...fixture.targets.keys()].toSorted()).toEqual(running.map(({ id }) => id ?? '').toSorted());
  for (const [index, server] of (await shown()).entries()) {
    const one = model.servers[index];
    expect(server.id).toBe(one?.id);
    expect(server.problem === null).toBe(server.state !== 'failed');
    const left = server.stopsAt === null ? null : Date.parse(server.stopsAt) - fixture.clock.now();
    expect(left).toBe(leftOf(one, fixture));
    expect(server.queuePosition !== null).toBe(server.state === 'queued');
  }
  expect(fixture.errors).toEqual([]);
}

const leftOf = (one: One | undefined, { clock }: ServersFixture): number | null =>
  one === undefined || one.ends === null ? null : one.ends - clock.steady();

const ended = { ends: null } as const;

const pick = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length];
  if (found === undefined) throw new Error('an empty list');
  return found;
};

/** Those whose time is over by now are stopped. */
function endInTime(model: Model, { fixture }: Real): void {
  for (const one of model.servers) {
    if ((leftOf(one, fixture) ?? 1) <= 0) Object.assign(one, { state: 'stopped', ...ended });
  }
}

/** A step for one member; `allowed` says in which states. */
function command(
  name: string,
  who: number,
  allowed: readonly ServerState[],
  run: (one: One, real: Real, whose: Whose) => Promise<void>,
): Step {
  return {
    check: (model) => allowed.includes(pick(model.servers, who).state),
    async run(model, real) {
      await run(pick(model.servers, who), real, pick(real.members, who));
      endInTime(model, real);
      letStart(model);
      await settle(model, real);
    },
    toString: () => `${name}(${who})`,
  };
}

const live: ServerState[] = ['queued', 'starting', 'running'];
const over: ServerState[] = ['stopped', 'failed'];

const start = (who: number, tabs: number) =>
  command(`start by ${tabs} tabs`, who, [...live, ...over], async (one, { instance, fixture }, whose) => {
    fixture.clock.advance(1);
    const answers = await Promise.all(Array.from({ length: tabs }, () => instance.service.start(whose)));
    const ids = [...new Set(answers.map(({ id }) => id))];
    expect(ids.length).toBe(1);
    if (live.includes(one.state)) expect(ids).toEqual([one.id]);
    else Object.assign(one, { id: ids[0], state: 'queued', ends: null });
  });

const stop = (who: number) =>
  command('stop', who, [...live, ...over], async (one, { instance }, whose) => {
    await instance.service.stop(whose);
    if (live.includes(one.state)) Object.assign(one, { state: 'stopped', ...ended });
  });

const answer = (who: number) =>
  command('answer', who, ['starting'], async (one, { fixture, instance }, whose) => {
    fixture.answer(one.id ?? '');
    await fixture.until(async () => (await instance.service.get(whose)).state === 'running', 50);
    const { stopsAt } = await instance.service.get(whose);
    one.state = 'running';
    one.ends = Date.parse(stopsAt ?? '') - fixture.clock.now() + fixture.clock.steady();
  });

const crash = (who: number) =>
  command('crash', who, ['starting', 'running'], async (one, { fixture, instance }, whose) => {
    fixture.processes.find((each) => each.alive && each.spec.serverId === one.id)?.end({ code: 1, signal: null });
    Object.assign(one, { state: 'failed', ...ended });
    // One that starts is looked at every now and then; of one that another control has started nobody hears.
    await fixture.until(async () => {
      instance.wake();
      return (await instance.service.get(whose)).state === 'failed';
    }, 50);
  });

const extend = (who: number) =>
  command('extend', who, ['running'], async (one, { instance, fixture }, whose) => {
    const before = one.ends ?? 0;
    const wanted = Math.min(before + hour, fixture.clock.steady() + 24 * hour);
    const isLonger = await instance.service.extend(whose, 1).then(
      () => true,
      () => false,
    );
    if (isLonger) one.ends = wanted;
    else expect(wanted - before).toBeLessThan(60_000);
    expect(fixture.errors).toEqual([]);
  });

const goBy: (ms: number) => Step = (ms) => ({
  // The time of one that starts has an end of its own, which other tests look at.
  check: (model) => model.servers.every(({ state }) => state !== 'starting' && state !== 'queued'),
  async run(model, real) {
    real.fixture.clock.advance(ms);
    endInTime(model, real);
    await settle(model, real);
  },
  toString: () => `${ms / hour} h go by`,
});

const setClock: (by: number) => Step = (by) => ({
  check: () => true,
  async run(model, real) {
    const { fixture, members } = real;
    fixture.clock.set(fixture.clock.now() + by);
    real.instance.wake();
    const lefts = async () => {
      const all = await Promise.all(members.map((whose) => real.instance.service.get(whose)));
      return all.map(({ stopsAt }) => (stopsAt === null ? null : Date.parse(stopsAt) - fixture.clock.now()));
    };
    await fixture.until(async () =>
      (await lefts()).every((left, index) => left === leftOf(model.servers[index], fixture)),
    );
    await settle(model, real);
  },
  toString: () => `the clock is set by ${by / hour} h`,
});

/** Control ends, something may happen to a server meanwhile, and another control begins. */
const restart: (who: number, crashes: boolean) => Step = (who, crashes) => ({
  check: () => true,
  async run(model, real) {
    await real.instance.close();
    const { fixture } = real;
    fixture.targets.clear();
    const one = pick(model.servers, who);
    if (crashes && isUp(one)) {
      fixture.processes.find((each) => each.alive && each.spec.serverId === one.id)?.end({ code: 1, signal: null });
      Object.assign(one, { state: 'failed', ...ended });
    }
    real.instance = fixture.instance();
    await real.instance.start();
    // Whoever runs is known as soon as control listens.
    for (const { state, id } of model.servers) expect(fixture.targets.has(id ?? '')).toBe(state === 'running');
    letStart(model);
    await settle(model, real);
  },
  toString: () => `restart(${crashes ? `${who} crashes` : 'nobody crashes'})`,
});

describe('the servers of three members', () => {
  it('are what their model says, whatever is asked of them and whatever happens to them', async () => {
    const who = fc.nat(2);
    const commands = fc.commands(
      [
        fc.tuple(who, fc.integer({ min: 1, max: 3 })).map(([one, tabs]) => start(one, tabs)),
        who.map(stop),
        who.map(answer),
        who.map(crash),
        who.map(extend),
        fc.integer({ min: 1, max: 7 * 60 }).map((minutes) => goBy(minutes * 60_000)),
        fc.constantFrom(-48, -1, 1, 48).map((hours) => setClock(hours * hour)),
        fc.tuple(who, fc.boolean()).map(([one, crashes]) => restart(one, crashes)),
      ],
      { maxCommands: 40, size: 'max' },
    );
    const result = await fc.check(
      fc.asyncProperty(commands, async (sequence) => {
        await using fixture = await serversFixture();
        const members = [fixture.whose, await fixture.member('cy'), await fixture.member('dee')];
        const instance = fixture.instance();
        await instance.start();
        const servers: One[] = members.map(() => ({ state: 'stopped', id: null, ends: null }));
        await fc.asyncModelRun(() => ({ model: { servers }, real: { fixture, members, instance } }), sequence);
      }),
      { numRuns: 25, endOnFailure: true },
    );
    expect(result.failed ? `${fc.defaultReportMessage(result)}\n${String(result.errorInstance)}` : null).toBeNull();
  }, 120_000);
});
