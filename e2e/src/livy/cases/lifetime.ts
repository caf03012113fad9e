import { expect } from 'vitest';
import { pause, startPatience, until, type Call, type Json } from '../api.ts';
import { Session } from '../session.ts';
import type { Case } from '../suite.ts';
import type { Target } from '../target.ts';

type On = { readonly target: Target; readonly call: Call };

/** Makes a session as soon as the server takes one more. */
export async function makeSession(call: Call, body: Readonly<Record<string, unknown>>): Promise<Session> {
  const { status, json, text } = await until(
    'a place for one more driver',
    () => call('POST', '/sessions', { body: { driverMemory: '512m', kind: 'pyspark', ...body } }),
    ({ message }) => !message.includes('too many sessions'),
    { within: startPatience, every: 500 },
  );
  expect([status, text]).toEqual([201, text]);
  return new Session(call, json.id, 'pyspark');
}

/** How sessions end that have hardly begun. */
export const lifetimeCases: readonly Case<On>[] = [
  {
    name: 'one that can not start is dead and stays listed, and its log says why',
    needs: ['sessions'],
    async run({ call }) {
      const session = await makeSession(call, { conf: { 'spark.serializer': 'no.such.Serializer' } });
      await session.becomes('dead');
      const { json } = await session.ask('GET', '/log?size=-1');
      expect(json.log.join('\n')).toContain('no.such.Serializer');
      const { sessions } = (await call('GET', '/sessions')).json;
      expect(sessions.map(({ id }: Json) => id)).toContain(session.id);
      expect((await session.ask('DELETE')).status).toBe(200);
      expect(await session.state()).toBe('status 404');
    },
  },
  {
    name: 'one whose client asks for it is kept, one that is only listed is not',
    needs: ['sessions'],
    async run({ target, call }) {
      const seconds = 8;
      const session = await makeSession(call, { heartbeatTimeoutInSecond: seconds });
      expect((await session.ask('GET')).json.heartbeatTimeoutInSecond).toBe(seconds);
      const deadline = performance.now() + 2 * seconds * 1000;
      while (performance.now() < deadline) {
        expect(await session.state()).not.toBe('status 404');
        await pause(500);
      }
      // Livy looks once in a minute.
      await until(
        'the session is gone',
        async () => (await call('GET', '/sessions')).json.sessions.map(({ id }: Json) => id),
        (ids) => !ids.includes(session.id),
        { within: target.is === 'livy' ? 150_000 : 30_000, every: 200 },
      );
      expect(await session.state()).toBe('status 404');
    },
  },
];

/** A session that ends when nobody has used it for `seconds`. */
export const idleCases: readonly Case<{ readonly session: Session; readonly seconds: number }>[] = [
  {
    name: 'one that runs something is not idle, connecting keeps it, and looking does not',
    since: '0.9',
    deviation: 'busy-is-not-idle',
    async run({ session, seconds }) {
      const whole = seconds * 1000;
      const { state } = await session.ends(
        (await session.post(`import time; time.sleep(${seconds + 2})`, 'pyspark')).id,
      );
      expect(state).toBe('available');
      const ended = performance.now();
      await pause(whole / 2);
      expect((await session.ask('POST', '/connect')).json.id).toBe(session.id);
      const connected = performance.now();
      await until(
        'the session is gone',
        () => session.state(),
        (now) => now !== 'idle',
        { every: 200 },
      );
      expect(performance.now() - connected).toBeGreaterThan(whole - 500);
      expect(performance.now() - ended).toBeGreaterThan(1.5 * whole - 500);
      await session.becomes('status 404');
    },
  },
];
