import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oneUser } from '../../identities/one-user.ts';
import { createBus } from '../../lib/bus.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import { seedRevision } from '../../testing/database.ts';
import { testApp } from '../../testing/app.ts';
import { createEnvironments } from './index.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The routes with nobody who makes what is asked for: what waits goes on waiting. */
async function fixture() {
  const folder = await mkdtemp(join(tmpdir(), 'ember-library-routes-'));
  const clock = fakeClock();
  const kit = await testApp({ clock, projectsFolder: join(folder, 'projects') });
  const environments = createEnvironments({
    db: kit.db,
    clock,
    config: {
      python: 'python3',
      paths: {
        environments: join(folder, 'environments'),
        tools: join(folder, 'tools'),
        secretsKey: join(folder, 'key'),
        indexNames: join(folder, 'names'),
      },
    },
    bus: createBus(() => undefined),
    identities: oneUser(),
    log: quiet,
    platformEnv: {},
  });
  environments.registerRoutes(kit.router);
  const account = async (name: string) => {
    const user = { email: `${name}@example.org`, name, password: 'correct horse', admin: name === 'root' };
    const { id } = await kit.users.service.create(user);
    return { id, token: (await kit.users.service.createToken(id, 'test', null)).secret };
  };
  const owner = await account('owner');
  const { id: projectId } = await kit.projects.service.create({ name: 'alpha' }, owner.id);
  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    payload?: object,
    token = owner.token,
  ) => {
    const answer = await kit.as(token, {
      method,
      url: `/api/v1${path.startsWith('/settings') ? '' : '/projects/alpha/environment'}${path}`,
      ...(payload === undefined ? {} : { payload }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: () => answer.json<Record<string, string>>(),
    };
  };
  return {
    ...kit,
    call,
    account,
    owner,
    projectId,
    folder,
    async [Symbol.asyncDispose]() {
      await environments.close();
      await kit[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

describe('the routes of libraries', () => {
  it('put changes into a queue with their place, list them by pages, and cancel them', async () => {
    await using kit = await fixture();
    const { call } = kit;
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const { status, body } = await call('POST', '/operations', { kind: 'install', requirements: [name] });
      expect(status).toBe(202);
      expect(body()).toMatchObject({
        title: `Install ${name}`,
        state: 'queued',
        position: ids.length + 1,
        by: 'owner@example.org',
      });
      ids.push(body()['id'] ?? '');
    }
    const page = (await call('GET', '/operations?limit=2')).body();
    expect(page).toMatchObject({ items: [{ title: 'Install c' }, { title: 'Install b' }], next: ids[0] });
    expect((await call('GET', `/operations?limit=2&cursor=${page['next']}`)).body()).toMatchObject({
      items: [{ title: 'Install a' }],
      next: null,
    });
    expect((await call('DELETE', `/operations/${ids[0]}`)).status).toBe(202);
    expect((await call('GET', `/operations/${ids[1]}/log`)).text).toBe('');
    expect((await call('GET', '/operations/aaaaaaaaaa')).status).toBe(404);
    expect((await call('GET', '')).body()).toMatchObject({ current: null, pending: 3, alert: null });
  });

  it('say field by field what is wrong, before anything is done', async () => {
    await using kit = await fixture();
    const { call } = kit;
    const wrong = await call('POST', '/operations', {
      kind: 'install',
      requirements: ['fine', '--index-url=http://evil'],
    });
    expect(wrong.status).toBe(400);
    expect(wrong.body()).toMatchObject({ error: { code: 'bad_request', details: [{ path: 'requirements.1' }] } });
    for (const url of [
      'file:///etc',
      'https://ada:word@git.example.org/x',
      'ssh://git.example.org/x',
      '--upload-pack=x',
    ])
      expect((await call('POST', '/operations', { kind: 'install-git', url })).status).toBe(400);
    const git = { kind: 'install-git', url: 'https://git.example.org/x' };
    for (const ref of ['--upload-pack=x', '../x', 'a b'])
      expect((await call('POST', '/operations', { ...git, ref })).status).toBe(400);
    expect((await call('POST', '/operations', { ...git, ref: 'v1.0' })).body()).toMatchObject({
      title: 'Install https://git.example.org/x at v1.0',
    });
    expect((await call('POST', '/operations', { kind: 'uninstall', packages: ['a'] })).body()).toMatchObject({
      error: { code: 'environment_not_ready' },
    });
    for (let i = 1; i < 50; i += 1) await call('POST', '/operations', { kind: 'repair' });
    expect((await call('POST', '/operations', { kind: 'repair' })).body()).toMatchObject({
      error: { code: 'environment_busy' },
    });
  });

  it('take a list as a file, say what is left out of it, and install it afterwards', async () => {
    await using kit = await fixture();
    const send = (name: string, type: string, payload: string) =>
      kit.as(kit.owner.token, {
        method: 'POST',
        url: `/api/v1/projects/alpha/environment/uploads?name=${name}`,
        headers: { 'content-type': type },
        payload,
      });
    const octets = 'application/octet-stream';
    const yml = 'dependencies:\n  - numpy\n  - pip:\n    - six>=1\n';
    const answer = await send('environment.yml', octets, yml);
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      kind: 'environment',
      requirements: ['six>=1'],
      leftOut: [{ text: 'numpy' }],
    });
    const { id } = answer.json<{ id: string }>();
    expect((await kit.call('POST', '/operations', { kind: 'install-upload', upload: id })).body()).toMatchObject({
      title: 'Install six>=1',
    });
    expect((await kit.call('POST', '/operations', { kind: 'install-upload', upload: 'aaaaaaaaaa' })).status).toBe(404);
    const empty = await send('requirements.txt', octets, '-r x\n');
    const nothing = await kit.call('POST', '/operations', {
      kind: 'install-upload',
      upload: empty.json<{ id: string }>().id,
    });
    expect(nothing.status).toBe(400);
    expect((await send('requirements.txt', 'application/json', '{}')).statusCode).toBe(400);
  });

  it('give the requirements and the lock as files', async () => {
    await using kit = await fixture();
    await seedRevision(kit.db, kit.projectId);
    await kit.db
      .insertInto('environments')
      .values({ project_id: kit.projectId, current_revision_id: 'revision1' })
      .execute();
    const place = join(kit.folder, 'environments', kit.projectId);
    await mkdir(place, { recursive: true });
    await writeFile(
      join(place, '1.lock.txt'),
      'six==1.0 \\\n    --hash=sha256:00\nown @ file:///x/own-2.0-py3-none-any.whl \\\n    --hash=sha256:01\n',
    );
    const lock = await kit.call('GET', '/export?format=lock');
    expect(lock.headers['content-disposition']).toBe('attachment; filename="requirements.lock.txt"');
    expect(lock.text).toContain('six==1.0 \\\n    --hash=sha256:00\n# own==2.0 is from a file or from Git\n');
    expect((await kit.call('GET', '/export')).text).toContain('\njupyterlab==');
    expect((await kit.call('GET', '/export?revision=9')).status).toBe(404);
  });

  it('let administrators alone say where libraries come from, and never show a password', async () => {
    await using kit = await fixture();
    const root = await kit.account('root');
    expect((await kit.call('GET', '/settings/package-index')).status).toBe(403);
    const settings = (await kit.call('GET', '/settings/package-index', undefined, root.token)).body();
    const wanted = { ...settings, indexUrl: 'https://ada:secret-word@index.example.org/simple' };
    const set = await kit.call('PUT', '/settings/package-index', wanted, root.token);
    expect(set.text).not.toContain('secret-word');
    expect(set.body()).toMatchObject({ indexUrl: 'https://ada:***@index.example.org/simple' });
    const audit = await kit.db.selectFrom('audit_events').select(['action', 'target']).execute();
    expect(JSON.stringify(audit)).toContain('platform.set-package-index');
    expect(JSON.stringify(audit)).not.toContain('secret-word');
  });
});
