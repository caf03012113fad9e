import { expect, test } from 'vitest';
import { createRig } from '../testing/rig.ts';
import { livyAudit } from './audit.ts';

test('the audit log tells who started and stopped a session by the gateway, and not what they ran', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  await agent.heard('run');
  const stopped = rig.call('POST', `/sessions/${id}/stop`);
  await agent.heard('stop');
  rig.fake.driver(id).exit();
  await stopped;
  expect(rig.audited).toMatchObject([
    {
      action: 'session.start',
      target: String(id),
      outcome: 'done',
      user: { id: rig.ada.id },
      via: 'livy',
      tokenId: 'token of ada@example.org',
      project: { id: rig.projectId, name: 'demo' },
    },
    { action: 'session.stop', target: String(id), outcome: 'done' },
  ]);
});

test('the audit log tells of clients of the gateway that were refused, with the project that they named', async () => {
  await using rig = await createRig();
  const vic = await rig.user('vic@example.org', 'viewer');
  const sam = await rig.user('sam@example.org', null);
  await rig.call('GET', '/sessions', { as: null });
  await rig.call('GET', '/sessions', { as: sam });
  await rig.call('POST', '/sessions', { as: vic, body: { kind: 'pyspark' } });
  expect(rig.audited).toMatchObject([
    { action: 'livy GET /sessions', outcome: 'refused', target: 'demo', code: '401', user: null, via: 'nobody' },
    { action: 'livy GET /sessions', outcome: 'refused', target: 'demo', code: '404' },
    { action: 'session.start', outcome: 'refused', code: '403' },
  ]);
});

test('a route of the gateway that changes something has a name in the audit log', () => {
  expect(() => livyAudit('POST', '/sessions/:id/new')).toThrow('POST /sessions/:id/new has no name in the audit log.');
});
