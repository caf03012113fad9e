import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Capacity, Engine, NamedEngine } from '../../engines/engine.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../testing/app.ts';
import { createEngines } from './index.ts';

const capacity: Capacity = {
  problem: null,
  workers: 2,
  cores: { total: 8, used: 3 },
  memoryBytes: { total: 2 ** 34, used: 2 ** 30 },
  waiting: 1,
};

describe('engines', () => {
  let clock: ReturnType<typeof fakeClock>;
  let folder: string;
  let kit: TestApp;
  let tokens: Map<string, string>;
  let asked: number;
  let service: ReturnType<typeof createEngines>['service'];
  const projects = new Map<string, string>();

  const named = (name: string, change: Partial<NamedEngine> = {}): NamedEngine => ({
    name,
    label: `The ${name}`,
    // Nothing is started here.
    engine: {} as Engine,
    startsAhead: false,
    facts: {
      place: { type: 'standalone', master: `spark://${name}:7077`, executors: true },
      coresOf: () => 1,
      platformProperties: () => ({ defaults: { 'spark.a': name }, pinned: {} }),
    },
    capacity: async () => null,
    ...change,
  });

  beforeEach(async () => {
    clock = fakeClock();
    asked = 0;
    folder = mkdtempSync(join(tmpdir(), 'emberlab-engines-'));
    kit = await testApp({ clock, projectsFolder: folder });
    const engines = createEngines({
      db: kit.db,
      clock,
      engines: [
        named('big', {
          capacity: async () => {
            asked += 1;
            return capacity;
          },
        }),
        named('small'),
      ],
    });
    engines.registerRoutes(kit.router);
    service = engines.service;
    tokens = new Map();
    for (const name of ['root', 'ada']) {
      const account = { email: `${name}@example.org`, name, password: null, admin: name === 'root' };
      const { id } = await kit.users.service.create(account);
      tokens.set(name, (await kit.users.service.createToken(id, 'test', null)).secret);
      if (name !== 'ada') continue;
      for (const project of ['churn', 'other']) {
        projects.set(project, (await kit.projects.service.create({ name: project }, id)).id);
      }
    }
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const ask = async (as: string, method: 'GET' | 'PUT', path: string, payload?: object) => {
    const request = { method, url: `/api/v1${path}` };
    const answer = await kit.as(tokens.get(as) ?? '', payload === undefined ? request : { ...request, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const allow = (engine: string, names: string[] | null) =>
    ask('root', 'PUT', `/admin/engines/${engine}/projects`, { projects: names });
  const choose = async (project: string, wanted: string | null): Promise<string> =>
    service.choose(projects.get(project) ?? '', wanted).then(
      ({ name }) => name,
      (error: unknown) => (error as Error).message,
    );
  const choicesOf = async (project: string) =>
    (await service.place(projects.get(project) ?? '')).choices.map(({ name }) => name);

  it('are for all projects until an administrator says for which, and from then on for these alone', async () => {
    expect([await choose('churn', null), await choose('churn', 'small')]).toEqual(['big', 'small']);
    const { status, body } = await allow('big', ['other', 'other']);
    expect([status, body.projects]).toEqual([200, ['other']]);
    expect([await choicesOf('churn'), await choicesOf('other')]).toEqual([['small'], ['big', 'small']]);
    // Who has named none gets what there is for them.
    expect([await choose('churn', null), await choose('other', null)]).toEqual(['small', 'big']);
    expect(await choose('churn', 'big')).toMatch(/may not use the engine big.*these: small,.*administrator/);
    expect((await allow('big', null)).body.projects).toBeNull();
    expect(await choose('churn', 'big')).toBe('big');
  });

  it('that are for no project let nothing start, and say so', async () => {
    await allow('big', []);
    await allow('small', []);
    expect(await choose('churn', null)).toMatch(/none of the engines.*administrator/);
    expect(await choicesOf('churn')).toEqual([]);
    expect((await service.place(projects.get('churn') ?? '')).master).toBe('spark://big:7077');
  });

  it('are listed for administrators, with what their clusters have, which is asked for once in a moment', async () => {
    await allow('small', ['churn']);
    const list = async () => (await ask('root', 'GET', '/admin/engines')).body.items;
    const [big, small] = await list();
    expect(big).toMatchObject({ name: 'big', label: 'The big', isDefault: true, projects: null });
    expect(big.capacity).toEqual({ ...capacity, checkedAt: new Date(clock.now()).toISOString() });
    expect(small).toMatchObject({ name: 'small', isDefault: false, projects: ['churn'], capacity: null });
    await list();
    expect(asked).toBe(1);
    clock.advance(2000);
    await list();
    expect(asked).toBe(2);
    expect((await ask('ada', 'GET', '/admin/engines')).status).toBe(403);
    expect((await ask('ada', 'PUT', '/admin/engines/big/projects', { projects: null })).status).toBe(403);
  });

  it('tell members of projects that may use them what they have', async () => {
    const seen = async () => ask('ada', 'GET', '/projects/churn/engines/big/capacity');
    expect((await seen()).body.capacity).toMatchObject({ workers: 2, waiting: 1 });
    await allow('big', ['other']);
    expect((await seen()).status).toBe(404);
    expect((await ask('ada', 'GET', '/projects/churn/engines/none/capacity')).status).toBe(404);
  });

  it('and projects that there are not can’t be named', async () => {
    expect((await allow('none', null)).status).toBe(404);
    const { status, body } = await allow('big', ['churn', 'nowhere']);
    expect([status, body.error.message]).toEqual([400, 'There is no project nowhere.']);
    expect(await choose('churn', 'big')).toBe('big');
    expect(await choose('churn', 'huge')).toBe('There is no engine huge. Please choose one of these: big, small.');
  });
});
