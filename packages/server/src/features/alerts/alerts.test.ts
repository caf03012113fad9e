import { describe, expect, it } from 'vitest';
import { alertsRig } from './alerts.fixture.ts';
import { testHook } from './hook.fixture.ts';

describe('receivers', () => {
  it('show a webhook’s secret once, and its address to owners alone', async () => {
    await using rig = await alertsRig();
    const url = 'https://chat.example.org/hooks/T0/very-secret';
    const { receiver, secret } = await rig.addHook(url, 'Chat');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(receiver).toMatchObject({ name: 'Chat', type: 'webhook', target: url, last: null });
    const targets = async (as: 'ada' | 'bob' | 'vic') => (await rig.receivers(as)).map(({ target }) => target);
    expect(await targets('ada')).toEqual([url]);
    expect([await targets('bob'), await targets('vic')]).toEqual([
      ['https://chat.example.org'],
      ['https://chat.example.org'],
    ]);
    expect(JSON.stringify(await rig.ask('ada', 'GET', '/alerts/receivers'))).not.toContain('whsec_');
    // Neither can be read in the database, or in a backup of it.
    const rows = JSON.stringify(await rig.kit.db.selectFrom('alert_receivers').selectAll().execute());
    expect(rows).not.toContain('very-secret');
    expect(rows).not.toContain(secret);
  });

  it('are not made of what nothing could be sent to', async () => {
    await using rig = await alertsRig({ allow: [] });
    const hook = (url: string) => ({ type: 'webhook', name: 'x', url });
    const mail = (...addresses: string[]) => ({ type: 'email', name: 'x', addresses });
    for (const body of [
      hook('ftp://example.org'),
      hook('chat.example.org'),
      hook('https://ada:pw@example.org/'),
      hook('http://127.0.0.1/'),
      hook('http://2130706433/'),
      hook('http://0x7f.1/'),
      hook('http://[::ffff:10.0.0.1]/'),
      hook('http://[fe80::1]/'),
      hook('http://169.254.169.254/latest/meta-data'),
      mail(),
      mail('ada'),
      mail('ada@example.org\r\nBcc: eve@example.org'),
      mail('Ada <ada@example.org>'),
      mail('ada@example.org, eve@example.org'),
      mail(...Array.from({ length: 21 }, (_, n) => `a${n}@example.org`)),
      { ...mail('ada@example.org'), name: 'a\r\nb' },
      { ...mail('ada@example.org'), name: '' },
      { type: 'sms', name: 'x', number: '1' },
    ]) {
      const { status } = await rig.ask('ada', 'POST', '/alerts/receivers', body);
      expect([body, status]).toEqual([body, 400]);
    }
    expect(await rig.receivers()).toEqual([]);
  });

  it('have names of their own, without regard to case', async () => {
    await using rig = await alertsRig();
    const first = await rig.addMail(['ada@example.org'], 'On call');
    const second = await rig.addMail(['bob@example.org'], 'Others');
    const body = { type: 'email', name: 'ON CALL', addresses: ['eve@example.org'] };
    expect((await rig.ask('ada', 'POST', '/alerts/receivers', body)).body.error.code).toBe('name_taken');
    const path = `/alerts/receivers/${second.receiver.id}`;
    expect((await rig.ask('ada', 'PUT', path, body)).body.error.code).toBe('name_taken');
    const own = `/alerts/receivers/${first.receiver.id}`;
    expect((await rig.ask('ada', 'PUT', own, body)).body).toMatchObject({ name: 'ON CALL', target: 'eve@example.org' });
    expect((await rig.ask('ada', 'PUT', own, { type: 'webhook', name: 'x', url: 'https://example.org/' })).status).toBe(
      400,
    );
  });

  it('are 50 in a project at most', async () => {
    await using rig = await alertsRig();
    for (let n = 0; n < 50; n += 1) await rig.addMail(['ada@example.org'], `n${n}`);
    const body = { type: 'email', name: 'more', addresses: ['ada@example.org'] };
    expect((await rig.ask('ada', 'POST', '/alerts/receivers', body)).body.error.code).toBe('limit_reached');
  });

  it('are changed by owners alone, and those of another project can’t be reached', async () => {
    await using rig = await alertsRig();
    const { receiver } = await rig.addMail(['ada@example.org']);
    await rig.call('sam', 'POST', '/projects', { name: 'other', label: 'Other' });
    const body = { type: 'email', name: 'x', addresses: ['sam@example.org'] };
    for (const [method, path, payload] of [
      ['PUT', '', body],
      ['DELETE', '', undefined],
      ['POST', '/test', undefined],
      ['POST', '/secret', undefined],
    ] as const) {
      const answer = await rig.call('sam', method, `/projects/other/alerts/receivers/${receiver.id}${path}`, payload);
      expect([method, path, answer.status]).toEqual([method, path, 404]);
      expect((await rig.ask('bob', method, `/alerts/receivers/${receiver.id}${path}`, payload)).status).toBe(403);
    }
    const rules = { rules: [{ event: 'failed', receivers: [receiver.id] }] };
    expect((await rig.call('sam', 'PUT', '/projects/other/alerts/rules', rules)).body.error.details).toMatchObject([
      { path: 'rules.0.receivers' },
    ]);
    expect(await rig.receivers()).toHaveLength(1);
  });

  it('that are removed leave the rules, and what waits for them is given up', async () => {
    await using hook = await testHook();
    await using rig = await alertsRig();
    hook.answer((_, response) => response.writeHead(500).end());
    const { receiver } = await rig.addHook(hook.url);
    await rig.setRules([{ event: 'failed', receivers: [receiver.id] }]);
    await rig.alerts.runEnded(rig.run(1));
    await rig.alerts.settled();
    expect(await rig.deliveries()).toMatchObject([{ state: 'retrying' }]);
    expect((await rig.ask('ada', 'DELETE', `/alerts/receivers/${receiver.id}`)).status).toBe(200);
    const [delivery] = await rig.deliveries();
    expect(delivery).toMatchObject({
      state: 'given-up',
      problem: 'Its receiver was removed.',
      receiver: { id: null, name: 'hook' },
    });
    expect((await rig.ask('ada', 'GET', '/alerts/rules')).body.rules).toEqual([
      { event: 'failed', receivers: [], afterMinutes: null },
    ]);
    expect((await rig.ask('bob', 'POST', `/alerts/deliveries/${delivery?.id}/resend`)).status).toBe(400);
  });
});

describe('rules', () => {
  it('say who is told of what, of all jobs or of one, whose own rule replaces the project’s', async () => {
    await using hook = await testHook();
    await using rig = await alertsRig();
    const { receiver: all } = await rig.addHook(`${hook.url}?all`, 'all');
    const { receiver: own } = await rig.addHook(`${hook.url}?own`, 'own');
    await rig.setRules([
      { event: 'failed', receivers: [all.id] },
      { event: 'stopped', receivers: [all.id] },
    ]);
    const rules = [
      { event: 'failed', receivers: [own.id] },
      { event: 'stopped', receivers: [] },
      { event: 'succeeded', receivers: [own.id] },
    ];
    const set = await rig.ask('bob', 'PUT', '/jobs/1/alerts', { rules });
    expect(set.body.rules).toMatchObject([rules[0], rules[2], rules[1]]);
    expect(set.body.project).toMatchObject([{ event: 'failed' }, { event: 'stopped' }]);
    let run = 0;
    const told = async (job: 1 | 2, state: 'failed' | 'lost' | 'succeeded' | 'stopped') => {
      hook.got.length = 0;
      await rig.alerts.runEnded(rig.run((run += 1), state, job));
      await rig.alerts.settled();
      return hook.got.map(({ path }) => path);
    };
    expect(await told(1, 'failed')).toEqual(['/hook?own']);
    expect(await told(1, 'stopped')).toEqual([]);
    expect(await told(1, 'succeeded')).toEqual(['/hook?own']);
    expect(await told(2, 'failed')).toEqual(['/hook?all']);
    expect(await told(2, 'lost')).toEqual(['/hook?all']);
    expect(await told(2, 'stopped')).toEqual(['/hook?all']);
    expect(await told(2, 'succeeded')).toEqual([]);
    expect(await rig.deliveries('?job=2')).toHaveLength(3);
  });

  it('go with their job, and what was sent stays in the list', async () => {
    await using rig = await alertsRig();
    const { receiver } = await rig.addMail(['ada@example.org']);
    const rules = [{ event: 'failed', receivers: [receiver.id] }];
    await rig.ask('bob', 'PUT', '/jobs/1/alerts', { rules });
    await rig.alerts.runEnded(rig.run(1));
    await rig.kit.db.deleteFrom('jobs').where('id', '=', 1).execute();
    expect((await rig.ask('bob', 'GET', '/jobs/1/alerts')).status).toBe(404);
    expect(await rig.kit.db.selectFrom('alert_rules').selectAll().execute()).toEqual([]);
    await rig.alerts.runEnded({ ...rig.run(2), jobId: null });
    expect(await rig.deliveries()).toMatchObject([{ job: { name: 'nightly' }, execution: 1 }]);
  });

  it('of a job that is deleted hold for its runs that end with it, and for no other', async () => {
    await using rig = await alertsRig();
    const own = await rig.addMail(['ada@example.org'], 'own');
    const all = await rig.addMail(['bob@example.org'], 'all');
    await rig.ask('bob', 'PUT', '/jobs/1/alerts', { rules: [{ event: 'stopped', receivers: [own.receiver.id] }] });
    await rig.setRules(
      (['stopped', 'failed'] as const).map((event) => ({ event, receivers: [all.receiver.id], afterMinutes: null })),
    );
    await rig.begin(1, 1);
    await rig.begin(2, 1);
    await rig.begin(3, 2);
    await rig.alerts.jobGoes(rig.projectId, 1);
    await rig.kit.db.deleteFrom('jobs').where('id', '=', 1).execute();
    // One was seen to end before the job went, the other after that.
    await rig.alerts.runEnded(rig.run(1, 'stopped'));
    await rig.alerts.runEnded({ ...rig.run(2, 'failed'), jobId: null });
    await rig.alerts.runEnded(rig.run(3, 'stopped', 2));
    const told = (await rig.deliveries()).map(
      ({ execution, job, receiver }) => `run ${execution} of ${job?.id}: ${receiver.name}`,
    );
    expect(new Set(told)).toEqual(new Set(['run 1 of 1: own', 'run 2 of 1: all', 'run 3 of 2: all']));
  });

  it('are refused where they make no sense', async () => {
    await using rig = await alertsRig();
    const { receiver } = await rig.addMail(['ada@example.org']);
    const receivers = [receiver.id];
    for (const rules of [
      [{ event: 'slow', receivers }],
      [{ event: 'slow', receivers, afterMinutes: 0 }],
      [{ event: 'slow', receivers, afterMinutes: 1.5 }],
      [{ event: 'failed', receivers, afterMinutes: 5 }],
      [{ event: 'lost', receivers }],
      [
        { event: 'failed', receivers },
        { event: 'failed', receivers: [] },
      ],
      [{ event: 'failed', receivers: ['aaaaaaaaaaaaaaaaaaaa'] }],
    ]) {
      expect([rules, (await rig.setRules(rules as never)).status]).toEqual([rules, 400]);
    }
    expect((await rig.ask('bob', 'PUT', '/alerts/rules', { rules: [] })).status).toBe(403);
    expect((await rig.ask('vic', 'PUT', '/jobs/1/alerts', { rules: [] })).status).toBe(403);
    expect((await rig.ask('bob', 'PUT', '/jobs/3/alerts', { rules: [] })).status).toBe(404);
    expect((await rig.ask('vic', 'GET', '/jobs/1/alerts')).status).toBe(200);
  });

  it('tell once of a run that takes longer than they say, and of no other', async () => {
    await using hook = await testHook();
    await using rig = await alertsRig();
    const { receiver } = await rig.addHook(hook.url);
    await rig.setRules([{ event: 'slow', receivers: [receiver.id], afterMinutes: 30 }]);
    await rig.ask('bob', 'PUT', '/jobs/2/alerts', {
      rules: [{ event: 'slow', receivers: [receiver.id], afterMinutes: 60 }],
    });
    await rig.begin(1, 1);
    await rig.begin(2, 2);
    const look = async (minutes: number) => {
      rig.clock.advance(minutes * 60_000);
      await rig.alerts.findSlow();
      await rig.alerts.settled();
      return hook.got.map(({ body }) => JSON.parse(body).data.job.name);
    };
    expect(await look(29)).toEqual([]);
    expect(await look(1)).toEqual(['nightly']);
    expect(await look(29)).toEqual(['nightly']);
    expect(await look(1)).toEqual(['nightly', 'hourly']);
    expect(await look(600)).toEqual(['nightly', 'hourly']);
    expect(JSON.parse(hook.got[0]?.body ?? '')).toMatchObject({
      type: 'job.slow',
      data: { execution: { endedAt: null } },
    });
  });
});
