import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { alertsRig, type AlertsRig } from './alerts.fixture.ts';
import { testHook, type TestHook } from './hook.fixture.ts';

const minute = 60_000;

/** A webhook that is told of failed runs. */
async function withHook(rig: AlertsRig, hook: TestHook, name = 'hook'): Promise<string> {
  const { receiver } = await rig.addHook(`${hook.url}/${name}`, name);
  const before = (await rig.ask('ada', 'GET', '/alerts/rules')).body.rules[0]?.receivers ?? [];
  await rig.setRules([{ event: 'failed', receivers: [...before, receiver.id] }]);
  return receiver.id;
}

const idsOf = (hook: TestHook): string[] => hook.got.map(({ headers }) => headers['webhook-id'] ?? '');

test('a run that ended is told of once to each receiver, however often it is announced', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  await withHook(rig, hook, 'one');
  await withHook(rig, hook, 'two');
  const event = rig.run(7);
  await Promise.all([rig.alerts.runEnded(event), rig.another().runEnded(event)]);
  await rig.alerts.runEnded(event);
  await rig.alerts.settled();
  await rig.alerts.runEnded(event);
  await rig.alerts.settled();
  expect(hook.got.map(({ path }) => path).toSorted()).toEqual(['/hook/one', '/hook/two']);
  expect(JSON.parse(hook.got[0]?.body ?? '')).toEqual({
    type: 'job.failed',
    timestamp: new Date(event.endedAt ?? 0).toISOString(),
    data: {
      project: { name: 'demo', label: 'Demo' },
      job: { id: 1, name: 'nightly' },
      execution: {
        id: 7,
        state: 'failed',
        reason: 'The program ended with 1.',
        startedAt: new Date(event.startedAt ?? 0).toISOString(),
        endedAt: new Date(event.endedAt ?? 0).toISOString(),
      },
      url: 'http://localhost:8080/projects/demo/jobs/runs/7',
    },
  });
  expect(await rig.deliveries()).toMatchObject([
    { state: 'delivered', event: 'failed', job: { id: 1, name: 'nightly' }, execution: 7, attempts: 1, code: 200 },
    { state: 'delivered' },
  ]);
  expect((await rig.receivers()).map(({ last }) => last?.state)).toEqual(['delivered', 'delivered']);
});

test('what does not arrive is tried again after growing waits, as the same message, and given up after the eighth time', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  await withHook(rig, hook);
  hook.answer((_, response) => response.writeHead(500).end('out of order'));
  await rig.alerts.runEnded(rig.run(1));
  await rig.alerts.settled();
  const waits: number[] = [];
  for (;;) {
    const [delivery] = await rig.deliveries();
    if (delivery?.state !== 'retrying') break;
    expect(delivery).toMatchObject({ code: 500, answer: 'out of order', problem: 'It answered 500.', endedAt: null });
    const wait = Date.parse(delivery.nextAt ?? '') - rig.clock.now();
    waits.push(wait / minute);
    rig.clock.advance(wait - 1);
    await rig.alerts.settled();
    expect(hook.got).toHaveLength(waits.length);
    rig.clock.advance(1);
    await rig.alerts.settled();
  }
  expect(waits).toEqual([0.5, 2, 10, 30, 60, 120, 240]);
  expect(await rig.deliveries()).toMatchObject([{ state: 'given-up', attempts: 8, nextAt: null }]);
  expect(new Set(idsOf(hook)).size).toBe(1);
  expect(new Set(hook.got.map(({ body }) => body)).size).toBe(1);
  // The time of the attempt is in what is signed.
  expect(new Set(hook.got.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(8);
});

test('a receiver that wants to be left alone for longer is, for four hours at most', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  await withHook(rig, hook);
  const waitFor = async (retryAfter: string) => {
    hook.answer((_, response) => response.writeHead(429, { 'retry-after': retryAfter }).end());
    await rig.alerts.settled();
    const [delivery] = await rig.deliveries();
    const wait = Date.parse(delivery?.nextAt ?? '') - rig.clock.now();
    rig.clock.advance(wait);
    return wait / minute;
  };
  await rig.alerts.runEnded(rig.run(1));
  expect([await waitFor('600'), await waitFor('1'), await waitFor('999999')]).toEqual([10, 2, 240]);
});

test('one that was given up, or has arrived, can be sent again as the same message; one on its way can’t', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  await withHook(rig, hook);
  hook.answer((_, response) => response.writeHead(410).end());
  await rig.alerts.runEnded(rig.run(1));
  await rig.alerts.settled();
  const [delivery] = await rig.deliveries();
  expect(delivery?.state).toBe('given-up');
  hook.answer((_, response) => response.end());
  const path = `/alerts/deliveries/${delivery?.id}/resend`;
  expect((await rig.ask('vic', 'POST', path)).status).toBe(403);
  expect(await rig.ask('bob', 'POST', path)).toMatchObject({ status: 202, body: { state: 'queued', attempts: 0 } });
  expect((await rig.ask('bob', 'POST', path)).body).toMatchObject({ state: 'queued' });
  await rig.alerts.settled();
  expect(await rig.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  expect(idsOf(hook)).toEqual([delivery?.id, delivery?.id]);
  await rig.ask('bob', 'POST', path);
  await rig.alerts.settled();
  expect(hook.got).toHaveLength(3);
});

test('a platform that dies between sending and writing it down sends again, under the same id', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  await withHook(rig, hook);
  await rig.alerts.runEnded(rig.run(1));
  // What it has sent is never written down: the database is gone for it at that moment.
  const { updateTable } = rig.kit.db;
  hook.answer((_, response) => {
    rig.kit.db.updateTable = () => {
      throw new Error('gone');
    };
    response.end('thanks');
  });
  const died = rig.another();
  await died.settled().catch(() => undefined);
  rig.kit.db.updateTable = updateTable;
  hook.answer((_, response) => response.end('thanks'));
  expect(await rig.deliveries()).toMatchObject([{ state: 'sending', attempts: 1 }]);
  // For others it is taken until the lease is over.
  await rig.alerts.settled();
  expect(hook.got).toHaveLength(1);
  rig.clock.advance(2 * minute);
  await rig.alerts.settled();
  expect(await rig.deliveries()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  expect(new Set(idsOf(hook)).size).toBe(1);
  expect(hook.got).toHaveLength(2);
});

test('two control planes send nothing twice', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  for (const name of ['one', 'two', 'three', 'four']) await withHook(rig, hook, name);
  for (let run = 1; run <= 25; run += 1) await rig.alerts.runEnded(rig.run(run));
  const other = rig.another();
  await Promise.all([rig.alerts.settled(), other.settled()]);
  await Promise.all([rig.alerts.settled(), other.settled()]);
  const ids = idsOf(hook);
  expect([ids.length, new Set(ids).size]).toEqual([100, 100]);
  await other.close();
});

test('a receiver that does not answer keeps no other waiting, and one gets its messages one after the other', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  await withHook(rig, hook, 'silent');
  await withHook(rig, hook, 'quick');
  let open = 0;
  let most = 0;
  hook.answer((request, response) => {
    if (request.url?.endsWith('silent') === true) return;
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => {
      open -= 1;
      response.end();
    });
  });
  for (let run = 1; run <= 10; run += 1) await rig.alerts.runEnded(rig.run(run));
  const all = rig.alerts.settled();
  await hook.until(11);
  const paths = hook.got.map(({ path }) => path);
  expect(paths.filter((path) => path === '/hook/quick')).toHaveLength(10);
  expect(paths.filter((path) => path === '/hook/silent')).toHaveLength(1);
  expect(most).toBe(1);
  await rig.alerts.close();
  await all;
});

test('a platform that is stopped gives back what it was sending, and the next one sends it at once', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  await withHook(rig, hook);
  hook.answer(() => undefined);
  await rig.alerts.runEnded(rig.run(1));
  const first = rig.another();
  const all = first.settled();
  await hook.until(1);
  await first.close();
  await all;
  expect(await rig.deliveries()).toMatchObject([{ state: 'retrying', attempts: 0 }]);
  hook.answer((_, response) => response.end());
  await rig.alerts.settled();
  expect(await rig.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
});

test('a webhook whose address can’t be read any more is given up until an owner enters it anew', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  await withHook(rig, hook);
  await rig.alerts.runEnded(rig.run(1));
  await rm(rig.keyFile);
  const restored = rig.another();
  await restored.settled();
  expect(hook.got).toEqual([]);
  expect(await rig.deliveries()).toMatchObject([
    { state: 'given-up', problem: expect.stringContaining('Please enter it anew') },
  ]);
  await restored.close();
});

test('tests are sent once, and ten in a minute at most', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  const id = await withHook(rig, hook);
  hook.answer((_, response) => response.writeHead(500).end());
  const tryIt = () => rig.ask('ada', 'POST', `/alerts/receivers/${id}/test`);
  expect((await tryIt()).body).toMatchObject({ event: 'test', job: null, state: 'given-up', code: 500 });
  for (let n = 1; n < 10; n += 1) await tryIt();
  expect((await tryIt()).body.error.code).toBe('too_many_requests');
  expect(hook.got).toHaveLength(10);
  rig.clock.advance(minute);
  expect((await tryIt()).status).toBe(200);
});

test('deliveries are listed page by page, by state and by receiver, for those who may run things', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  const id = await withHook(rig, hook);
  for (let run = 1; run <= 60; run += 1) {
    // Two of a millisecond each, so that pages end between such as well.
    rig.clock.advance(run % 2);
    await rig.alerts.runEnded(rig.run(run));
  }
  const runs: (number | null)[] = [];
  let cursor = '';
  do {
    const { body } = await rig.ask('bob', 'GET', `/alerts/deliveries?${cursor === '' ? '' : `cursor=${cursor}`}`);
    runs.push(...body.items.map(({ execution }: { execution: number }) => execution));
    cursor = body.next ?? '';
  } while (cursor !== '');
  expect(runs).toHaveLength(60);
  expect(new Set(runs).size).toBe(60);
  expect(await rig.deliveries('?state=open')).toHaveLength(50);
  expect(await rig.deliveries('?state=delivered')).toEqual([]);
  await rig.alerts.settled();
  expect(await rig.deliveries('?state=open')).toEqual([]);
  expect(await rig.deliveries(`?state=delivered&receiver=${id}`)).toHaveLength(50);
  expect(await rig.deliveries('?receiver=aaaaaaaaaaaaaaaaaaaa')).toEqual([]);
  expect((await rig.ask('vic', 'GET', '/alerts/deliveries')).status).toBe(403);
  expect((await rig.ask('sam', 'GET', '/alerts/deliveries')).status).toBe(404);
});

test('whoever looks at the project is told that something has changed', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  const told: unknown[] = [];
  rig.kit.bus.subscribe(
    (change) => void told.push([change.projectId, change.present({ userId: 'x', role: 'viewer' })]),
  );
  await withHook(rig, hook);
  told.length = 0;
  await rig.alerts.runEnded(rig.run(1));
  await rig.alerts.settled();
  expect(told).toEqual([
    [rig.projectId, { type: 'alerts' }],
    [rig.projectId, { type: 'alerts' }],
  ]);
});
