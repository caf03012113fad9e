import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp } from '../../testing/app.ts';

export const ada = { email: 'ada@example.org', name: 'Ada', password: 'correct horse battery' };

/** The real app with Ada's account and a clock whose hands the test turns; `await using` closes it. */
export async function accountFixture(openId?: Parameters<typeof testApp>[0]['openId']) {
  const clock = fakeClock();
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-accounts-'));
  const kit = await testApp({ clock, projectsFolder: folder, ...(openId === undefined ? {} : { openId }) });
  const user = await kit.users.service.create({ ...ada, admin: false });

  const call = (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    more: { cookie?: string; payload?: object; headers?: Record<string, string>; from?: string } = {},
  ) => {
    const { cookie, payload, from } = more;
    const headers = {
      ...(cookie === undefined ? {} : { cookie }),
      ...(from === undefined ? {} : { 'x-forwarded-for': from }),
      ...more.headers,
    };
    const request: InjectOptions = { method, url: `/api/v1${path}`, headers };
    return kit.app.inject(payload === undefined ? request : { ...request, payload });
  };

  return {
    ...kit,
    clock,
    user,
    call,
    /** Logs in and answers the cookie. */
    async logIn(
      as: { email: string; password: string } = ada,
      more: { from?: string; headers?: Record<string, string> } = {},
    ): Promise<string> {
      const answer = await call('POST', '/auth/login', { ...more, payload: as });
      if (answer.statusCode !== 200) throw new Error(`no login: ${answer.body}`);
      return String(answer.headers['set-cookie']).split(';')[0] ?? '';
    },
    async [Symbol.asyncDispose]() {
      await kit[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
