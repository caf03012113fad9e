import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { callAs, type Call } from '../api.ts';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';
import type { Target } from '../target.ts';

/** `session` is one of the usual user, whose calls `call` makes; `other` is for another user of the same server. */
type On = { readonly target: Target; readonly call: Call; readonly other: Call; readonly session: Session };

/** Who may do what. */
export const authorisationCases: readonly Case<On>[] = [
  {
    name: 'without a login, or with a wrong one, nothing is told',
    needs: ['users'],
    deviation: 'login-is-needed',
    async run({ call }) {
      for (const authorization of [null, 'Bearer wrong', `Basic ${btoa('me:wrong')}`, 'Basic !']) {
        for (const [method, path] of [
          ['GET', '/sessions'],
          ['POST', '/sessions'],
          ['GET', '/sessions/1'],
          ['DELETE', '/sessions/1'],
          ['GET', '/batches'],
        ] as const) {
          const { status, json, headers } = await call(method, path, { headers: { authorization } });
          expect([authorization, method, path, status]).toEqual([authorization, method, path, 401]);
          expect(json).toEqual({ msg: expect.stringMatching(/log in|token/i) });
          expect(headers.get('www-authenticate')).toMatch(/^Basic /);
        }
      }
    },
  },
  {
    name: 'a token logs in as Bearer, and as the password of anybody',
    needs: ['users'],
    deviation: 'login-is-needed',
    async run({ target, call, session }) {
      const token = (target.headers['authorization'] ?? '').split(' ')[1] ?? '';
      for (const authorization of [`Bearer ${token}`, `Basic ${btoa(`me:${token}`)}`, `Basic ${btoa(`:${token}`)}`]) {
        const { status } = await call('GET', `/sessions/${session.id}/state`, { headers: { authorization } });
        expect(status).toBe(200);
      }
    },
  },
  {
    name: 'what is another’s is not there, on any route',
    needs: ['users'],
    deviation: 'others-are-not-found',
    async run({ other, session }) {
      expect((await other('GET', '/sessions')).json).toEqual({ from: 0, total: 0, sessions: [] });
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/state'],
        ['GET', '/log'],
        ['GET', '/statements'],
        ['GET', '/statements/0'],
        ['POST', '/statements'],
        ['POST', '/statements/0/cancel'],
        ['POST', '/completion'],
        ['POST', '/interrupt'],
        ['POST', '/connect'],
        ['POST', '/stop'],
        ['DELETE', ''],
      ] as const) {
        const body = method === 'POST' ? { body: { code: '1' } } : {};
        const { status, json } = await other(method, `/sessions/${session.id}${path}`, body);
        expect([method, path, status, json]).toEqual([
          method,
          path,
          404,
          { msg: `Session '${session.id}' not found.` },
        ]);
      }
      expect(await session.state()).toMatch(/^(starting|idle|busy)$/);
    },
  },
  {
    name: 'nobody acts for another, wherever it is written',
    needs: ['users'],
    deviation: 'only-for-oneself',
    async run({ target, other, session }) {
      const proxyUser = target.user;
      const file = join(target.batchFolder, 'others.py');
      await writeFile(file, '');
      for (const [path, body] of [
        ['/sessions', { proxyUser }],
        ['/batches', { proxyUser, file }],
        [`/sessions?doAs=${proxyUser}`, {}],
      ] as const)
        expect([path, (await other('POST', path, { body })).status]).toEqual([path, 403]);
      for (const path of ['/sessions', `/sessions/${session.id}`])
        expect((await other('GET', `${path}?doAs=${proxyUser}`)).status).toBe(403);
      expect((await other('GET', '/sessions')).json.total).toBe(0);
    },
  },
];

/** After a restart that made the header X-Requested-By necessary. */
export const requestedByCases: readonly Case<Pick<On, 'target' | 'session'>>[] = [
  {
    name: 'all but reads need the header X-Requested-By, whatever it says',
    needs: ['restart'],
    async run({ target, session }) {
      const call = callAs(target);
      const post = (value: string | null) =>
        call('POST', `/sessions/${session.id}/connect`, { headers: { 'x-requested-by': value } });
      const without = await post(null);
      expect([without.status, without.message]).toEqual([
        400,
        expect.stringContaining('Missing Required Header for CSRF protection.'),
      ]);
      const read = await call('GET', `/sessions/${session.id}`, { headers: { 'x-requested-by': null } });
      expect(read.status).toBe(200);
      for (const value of ['me', '1', 'anything at all']) expect((await post(value)).status).toBe(200);
    },
  },
];
