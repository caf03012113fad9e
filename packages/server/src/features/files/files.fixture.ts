import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp } from '../../testing/app.ts';
import type { createFiles } from './index.ts';
import { createTestFiles } from './testing.ts';

export type Someone = { readonly id: string; readonly token: string };
type Answer = {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly raw: Buffer;
};

/** The app with a project `churn` that ada owns, edd edits and vic views. */
export async function fileRig(options: Partial<Parameters<typeof createFiles>[0]> = {}) {
  const clock = fakeClock(Date.now());
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-files-'));
  const kit = await testApp({
    clock,
    projectsFolder: folder,
    serversAskForFiles: (options.remote ?? null) !== null,
  });
  const freed: string[] = [];
  const limits = { ...kit.limits, measureSoon: (id: string) => void freed.push(id) };
  const files = createTestFiles(kit, { clock, limits, ...options });
  files.registerRoutes(kit.router);
  const account = async (name: string): Promise<Someone> => {
    const email = `${name}@example.org`;
    const { id } = await kit.users.service.create({ email, name, password: 'correct horse', admin: false });
    return { id, token: (await kit.users.service.createToken(id, 'test', null)).secret };
  };
  const [ada, edd, vic] = [await account('ada'), await account('edd'), await account('vic')];
  const { id: projectId } = await kit.projects.service.create({ name: 'churn' }, ada.id);
  await kit.projects.members.set(projectId, 'edd@example.org', 'editor', ada.id);
  await kit.projects.members.set(projectId, 'vic@example.org', 'viewer', ada.id);

  const ask = async (
    by: Someone,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    rest: Omit<InjectOptions, 'url' | 'method'> = {},
  ): Promise<Answer> => {
    const answer = await kit.as(by.token, { method, url: `/api/v1/projects/churn/files${path}`, ...rest });
    const isJson = String(answer.headers['content-type']).includes('json');
    return {
      status: answer.statusCode,
      body: isJson ? answer.json<Record<string, unknown>>() : {},
      headers: answer.headers,
      raw: answer.rawPayload,
    };
  };
  return {
    kit,
    clock,
    files,
    folder,
    project: join(folder, 'churn'),
    projectId,
    ada,
    edd,
    vic,
    freed,
    ask,
    post: (path: string, payload: object, by = edd) => ask(by, 'POST', path, { payload }),
    get: (path: string, query: Record<string, string> = {}, by = vic) => ask(by, 'GET', path, { query }),
    /** Sends a piece of an upload. */
    piece: (id: string, at: number, payload: string | Buffer, by = edd) =>
      ask(by, 'PUT', `/uploads/${id}`, {
        query: { at: String(at) },
        payload,
        headers: { 'content-type': 'application/octet-stream' },
      }),
    async [Symbol.asyncDispose]() {
      await files.close();
      await kit[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
