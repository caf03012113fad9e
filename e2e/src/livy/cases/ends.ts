import { expect } from 'vitest';
import { until, type Call, type Json } from '../api.ts';
import { Session } from '../session.ts';
import type { Case } from '../suite.ts';
import { differs, type Target } from '../target.ts';

type On = { readonly target: Target; readonly call: Call; readonly session: Session };

/** DELETE, then nothing of it is there any more. */
async function isDeleted({ target, session }: On): Promise<void> {
  const deleted = await session.ask('DELETE');
  expect([deleted.status, deleted.json]).toEqual([200, { msg: 'deleted' }]);
  expect(await session.state()).toBe('status 404');
  expect((await session.ask('DELETE')).status).toBe(404);
  if (target.abilities.has('processes')) expect(target.processesOf('sessions', session.id)).toEqual([]);
}

export const deleteIdle: Case<On> = { name: 'one that is idle is deleted', run: isDeleted };

export const deleteBusy: Case<On> = {
  name: 'one that is busy is deleted',
  async run(on) {
    const { id } = await on.session.post('import time; time.sleep(300)', 'pyspark');
    await on.session.begins(id);
    await isDeleted(on);
  },
};

export const stop: Case<On> = {
  name: 'one that is stopped is dead and stays listed; its name is free, and the next of that name is deleted while it starts',
  since: '0.9',
  async run({ target, call, session }) {
    const { name } = (await session.ask('GET')).json;
    const { status, text } = await session.ask('POST', '/stop');
    expect([status, text]).toEqual([204, '']);
    expect(await session.state()).toBe('dead');
    const { sessions } = (await call('GET', '/sessions')).json;
    expect(sessions.map(({ id }: Json) => id)).toContain(session.id);
    if (target.abilities.has('processes')) expect(target.processesOf('sessions', session.id)).toEqual([]);
    // A client looks for exactly these words with a status from 500 on, and makes a new one.
    const late = await session.ask('POST', '/statements', { code: '1', kind: 'spark' });
    expect([late.status, late.message]).toEqual([500, expect.stringContaining('Session is in state dead')]);
    expect((await session.ask('GET', '/statements')).status).toBe(400);
    const again = await call('POST', '/sessions', { body: { name, driverMemory: '512m' } });
    expect(again.status).toBe(differs(target, 'names-are-free-at-once', { livy: 400, emberlab: 201 }));
    if (again.status === 400) return;
    expect(again.json.id).toBeGreaterThan(session.id);
    await isDeleted({ target, call, session: new Session(call, again.json.id, 'shared') });
  },
};

export const kill: Case<On> = {
  name: 'one whose driver is killed is dead, its statements have ended with words, and its log says what happened',
  needs: ['processes'],
  deviation: 'statements-end-with-their-driver',
  async run({ target, session }) {
    const running = (await session.post('import time; time.sleep(300)', 'pyspark')).id;
    const waiting = (await session.post('1', 'pyspark')).id;
    await session.begins(running);
    target.killDriver(session.id);
    await session.becomes('dead', 10_000);
    for (const id of [running, waiting]) {
      const { state, output } = await session.statement(id);
      expect([state, output.status, typeof output.evalue]).toEqual(['available', 'error', 'string']);
    }
    await until(
      'no process',
      async () => target.processesOf('sessions', session.id),
      (left) => left.length === 0,
    );
    expect((await session.ask('GET')).json.log.at(-1)).toMatch(/killed|ended/);
  },
};
