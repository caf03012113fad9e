import { expect, test } from 'vitest';
import { plan, type Situation } from './plan.ts';

const GB = 1024 ** 3;
const wanted = { serverId: 's1', key: 'k1', memoryBytes: 2 * GB };
const waiting = { id: 1, serverId: 's1', key: 'k1', state: 'idle', readyAt: 0, memoryBytes: 2 * GB } as const;
const minutes = 60_000;

const situation = (more: Partial<Situation> = {}): Situation => ({
  now: 5 * minutes,
  wanted: [wanted],
  waiting: [],
  inUse: [],
  ended: [],
  memory: { totalBytes: 32 * GB, availableBytes: 16 * GB },
  limits: { idleMs: 15 * minutes, budgetBytes: 8 * GB },
  ...more,
});
const starts = (more: Partial<Situation>) => plan(situation(more)).start !== null;
const stops = (more: Partial<Situation>) => plan(situation(more)).stop;

test('a server gets one, and only one', () => {
  expect(plan(situation()).start).toEqual(wanted);
  expect(plan(situation({ waiting: [waiting] }))).toEqual({ stop: [], start: null });
  expect(starts({ wanted: [] })).toBe(false);
  expect(stops({ waiting: [waiting, { ...waiting, id: 2 }] })).toEqual([{ id: 2, reason: 'stale' }]);
});

test('one that fits nothing any more is stopped; the next comes when it is gone', () => {
  expect(plan(situation({ waiting: [{ ...waiting, key: 'former' }] }))).toEqual({
    stop: [{ id: 1, reason: 'stale' }],
    start: null,
  });
  expect(stops({ wanted: [], waiting: [waiting] })).toEqual([{ id: 1, reason: 'stale' }]);
  expect(stops({ waiting: [{ ...waiting, serverId: null }] })).toEqual([{ id: 1, reason: 'stale' }]);
  const leaving = { ...waiting, key: 'former', state: 'shutting_down' } as const;
  expect(plan(situation({ waiting: [leaving] }))).toEqual({ stop: [], start: null });
  expect(starts({ ended: [{ serverId: 's1', reason: 'stale', endedAt: 5 * minutes }] })).toBe(true);
});

test('one that nobody takes is stopped, and there is no other until its owner uses Spark again', () => {
  expect(stops({ waiting: [waiting], now: 15 * minutes - 1 })).toEqual([]);
  expect(stops({ waiting: [waiting], now: 15 * minutes })).toEqual([{ id: 1, reason: 'unused' }]);
  for (const reason of ['unused', 'stopped'] as const) {
    expect(starts({ now: 1e9, ended: [{ serverId: 's1', reason, endedAt: 0 }] })).toBe(false);
  }
  expect(starts({ ended: [{ serverId: 'other', reason: 'unused', endedAt: 0 }] })).toBe(true);
});

test('after one was taken, the next waits until that session has settled', () => {
  const session = (state: 'starting' | 'idle' | 'busy', age: number) =>
    starts({ inUse: [{ serverId: 's1', state, createdAt: 5 * minutes - age }] });
  expect([session('idle', 14_000), session('idle', 15_000)]).toEqual([false, true]);
  expect([session('busy', 59_000), session('busy', 60_000)]).toEqual([false, true]);
  expect(session('starting', 100_000)).toBe(false);
});

test('while anybody waits for a driver, none is started ahead; in a crowd those on their way give way', () => {
  const others = (count: number) =>
    Array.from({ length: count }, () => ({ serverId: 's9', state: 'starting', createdAt: 0 }) as const);
  expect(starts({ inUse: others(1) })).toBe(false);
  const onItsWay = { ...waiting, state: 'starting', readyAt: null } as const;
  expect(stops({ waiting: [onItsWay], inUse: others(2) })).toEqual([]);
  expect(stops({ waiting: [onItsWay], inUse: others(3) })).toEqual([{ id: 1, reason: 'room' }]);
  expect(stops({ waiting: [waiting], inUse: others(3) })).toEqual([]);
  // one after the other
  expect(starts({ wanted: [wanted, { ...wanted, serverId: 's2' }], waiting: [onItsWay] })).toBe(false);
});

test('all together keep to their memory', () => {
  const many = Array.from({ length: 10 }, (_, index) => ({ ...wanted, serverId: `s${index}` }));
  const four = many.slice(0, 4).map((one, index) => ({ ...waiting, id: index, serverId: one.serverId }));
  expect(plan(situation({ wanted: many, waiting: four.slice(0, 3) })).start?.serverId).toBe('s3');
  expect(plan(situation({ wanted: many, waiting: four }))).toEqual({ stop: [], start: null });
  const less = { idleMs: 15 * minutes, budgetBytes: 5 * GB };
  expect(stops({ wanted: many, waiting: four, limits: less })).toEqual([
    { id: 3, reason: 'room' },
    { id: 2, reason: 'room' },
  ]);
});

test('when memory runs out they give way, as many as it takes, and come back later', () => {
  const memory = (availableGb: number) => ({ totalBytes: 32 * GB, availableBytes: availableGb * GB });
  const two = [waiting, { ...waiting, id: 2, serverId: 's2' }];
  const both = { wanted: [wanted, { ...wanted, serverId: 's2' }], waiting: two };
  expect(stops({ ...both, memory: memory(3.2) })).toEqual([]);
  expect(stops({ ...both, memory: memory(3.1) })).toEqual([{ id: 2, reason: 'room' }]);
  expect(stops({ ...both, memory: memory(1) })).toHaveLength(2);
  const leaving = { ...waiting, id: 2, serverId: 's2', state: 'shutting_down' } as const;
  expect(stops({ ...both, waiting: [waiting, leaving], memory: memory(3.1) })).toEqual([]);
  expect(starts({ memory: memory(5.1) })).toBe(false);
  expect(starts({ memory: memory(5.3) })).toBe(true);
  const gaveWay = [{ serverId: 's1', reason: 'room', endedAt: 4 * minutes }] as const;
  expect([starts({ ended: gaveWay }), starts({ ended: gaveWay, now: 6 * minutes })]).toEqual([false, true]);
});

test('one that fails is tried again after a while, and not for ever', () => {
  const failed = (times: number) =>
    Array.from({ length: times }, (_, index) => ({
      serverId: 's1',
      reason: index % 2 === 0 ? ('failed' as const) : null,
      endedAt: 0,
    }));
  const after = (times: number, now: number) => starts({ ended: failed(times), now });
  expect([after(1, 1 * minutes - 1), after(1, 1 * minutes)]).toEqual([false, true]);
  expect([after(2, 4 * minutes - 1), after(2, 4 * minutes)]).toEqual([false, true]);
  expect([after(3, 16 * minutes - 1), after(3, 16 * minutes)]).toEqual([false, true]);
  expect(after(4, 1e9)).toBe(false);
});
