import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defaultConfiguration,
  defaultPythonConfiguration,
  jobProfileProblem,
  type CheckedConfiguration,
  type ProjectEvent,
} from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localFacts } from '../../engines/local/properties.ts';
import type { ProjectChange } from '../../http/project-events.ts';
import { createBus } from '../../lib/bus.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import type { Profile } from '../../spawners/profile.ts';
import { testApp, type TestApp } from '../../testing/app.ts';
import { testProfile } from '../../testing/profiles.ts';
import { createProfileService } from '../profiles/service.ts';
import { pathProblem } from '../sessions/index.ts';
import { createConfigurations } from './index.ts';

describe('configurations', () => {
  const clock = fakeClock();
  let folder: string;
  /** none, unless a test adds some */
  const profiles: Profile[] = [];
  let kit: TestApp;
  let events: ProjectEvent[];
  const tokens = new Map<string, string>();
  const base = '/api/v1/projects/churn';
  const facts = localFacts({ sparkMaster: 'local[*]' });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-configurations-'));
    kit = await testApp({ clock, projectsFolder: folder });
    events = [];
    profiles.length = 0;
    const bus = createBus<ProjectChange>((error) => {
      throw error;
    });
    bus.subscribe((change) => {
      const event = change.present({ userId: 'anyone', role: 'viewer' });
      if (event !== null) events.push(event);
    });
    createConfigurations({
      db: kit.db,
      clock,
      bus,
      projects: kit.projects.service,
      profiles: createProfileService({ profiles, nameOf: kit.projects.service.nameOf }),
      spark: {
        place: async () => ({ ...facts.place, engine: 'local', choices: [] }),
        engineProblem: async (_, wanted) =>
          wanted === null || wanted === 'cluster' ? null : `There is no engine ${wanted}.`,
        platformProperties: async (_, __, request) => facts.platformProperties(request),
        pathProblem,
      },
    }).registerRoutes(kit.router);
    for (const name of ['owner', 'editor', 'viewer'] as const) {
      const email = `${name}@example.org`;
      const user = await kit.users.service.create({ email, name, password: 'correct horse', admin: false });
      tokens.set(name, (await kit.users.service.createToken(user.id, 'test', null)).secret);
      if (name === 'owner') await kit.projects.service.create({ name: 'churn' }, user.id);
      const project = await kit.db.selectFrom('projects').select('id').executeTakeFirstOrThrow();
      if (name === 'owner') continue;
      const member = { project_id: project.id, user_id: user.id, role: name, since: 0 };
      await kit.db.insertInto('members').values(member).execute();
    }
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = async (who: string, method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object) => {
    const payload = body === undefined ? {} : { payload: body };
    const answer = await kit.as(tokens.get(who) ?? '', { method, url: `${base}${path}`, ...payload });
    return { status: answer.statusCode, body: answer.json<unknown>() };
  };
  const own = async (who = 'editor') => (await call(who, 'GET', '/jupyter/configuration')).body;
  const check = async (body: object) =>
    (await call('editor', 'POST', '/configuration/check', body)).body as CheckedConfiguration;
  const larger = { ...defaultConfiguration, driverMemoryMb: 4096 };

  it('begin with the platform’s, and are a member’s own once they are saved', async () => {
    expect(await own()).toEqual(defaultConfiguration);
    expect(await call('editor', 'PUT', '/jupyter/configuration', larger)).toEqual({ status: 200, body: larger });
    expect(await own()).toEqual(larger);
    expect(await own('owner')).toEqual(defaultConfiguration);
    expect((await call('viewer', 'PUT', '/jupyter/configuration', larger)).status).toBe(403);
  });

  it('take bodies of before there were executors, and refuse what contradicts itself', async () => {
    const before = { type: 'spark', driverMemoryMb: 2048, driverCores: 1, properties: 'sql.shuffle.partitions=8' };
    const saved = { ...defaultConfiguration, properties: 'sql.shuffle.partitions=8' };
    expect((await call('editor', 'PUT', '/jupyter/configuration', before)).body).toEqual(saved);
    const refused = await call('editor', 'PUT', '/jupyter/configuration', {
      ...before,
      properties: 'executor.memory=1g',
    });
    expect(refused).toMatchObject({ status: 400, body: { error: { details: [{ path: 'properties' }] } } });
    expect(await own()).toEqual(saved);
  });

  it('follow the project’s defaults until a member says otherwise, and again after a reset', async () => {
    const defaults = { jupyter: larger, jobs: defaultPythonConfiguration };
    const saved = await call('owner', 'PUT', '/configuration/defaults', defaults);
    expect(saved.body).toMatchObject({ ...defaults, changedAt: expect.any(String) as string });
    expect(events).toEqual([{ type: 'configuration-defaults', defaults: saved.body }]);
    expect((await call('viewer', 'GET', '/configuration/defaults')).body).toEqual(saved.body);
    expect(await own()).toEqual(larger);
    // As the page does when Jupyter is run without a change: it is no setting of one's own.
    await call('editor', 'PUT', '/jupyter/configuration', larger);
    await call('owner', 'PUT', '/configuration/defaults', { ...defaults, jupyter: defaultPythonConfiguration });
    expect(await own()).toEqual(defaultPythonConfiguration);
    await call('editor', 'PUT', '/jupyter/configuration', larger);
    expect(await own()).toEqual(larger);
    expect((await call('editor', 'DELETE', '/jupyter/configuration')).body).toEqual(defaultPythonConfiguration);
    expect(await own()).toEqual(defaultPythonConfiguration);
  });

  it('have defaults that owners alone set, and that are right', async () => {
    const body = { jupyter: larger, jobs: larger };
    expect((await call('editor', 'PUT', '/configuration/defaults', body)).status).toBe(403);
    const executors = { mode: 'dynamic', min: 3, max: 2, initial: 1 };
    const wrong = await call('owner', 'PUT', '/configuration/defaults', { ...body, jobs: { ...larger, executors } });
    expect(wrong).toMatchObject({ status: 400, body: { error: { details: [{ path: 'jobs.executors.max' }] } } });
    expect((await call('viewer', 'GET', '/configuration/defaults')).body).toEqual({
      jupyter: defaultConfiguration,
      jobs: defaultConfiguration,
      changedAt: null,
    });
  });

  it('can be read when they were stored by an older version, whatever is wrong with them now', async () => {
    const old = { type: 'spark', driverMemoryMb: 2048, driverCores: 1, properties: 'spark.executor.memory=2g' };
    await call('editor', 'PUT', '/jupyter/configuration', larger);
    await kit.db
      .updateTable('configurations')
      .set({ configuration_json: JSON.stringify(old) })
      .execute();
    const stored = { ...defaultConfiguration, properties: 'spark.executor.memory=2g' };
    expect(await own()).toEqual(stored);
    expect((await check(stored)).problems).toMatchObject([{ path: 'properties', line: 1 }]);
  });

  it('say where Spark runs, and whether it has executors there', async () => {
    const { body } = await call('viewer', 'GET', '/configuration/place');
    expect(body).toMatchObject({ engine: 'local', master: 'local[*]', executors: false, choices: [] });
    for (const [sparkMaster, executors] of [
      ['local', false],
      ['local[4]', false],
      ['local-cluster[1,1,1024]', true],
    ] as const) {
      expect(localFacts({ sparkMaster }).place.executors).toBe(executors);
    }
  });

  describe('are checked', () => {
    it('with the engines that the project may use', async () => {
      expect((await check({ ...defaultConfiguration, engine: 'cluster' })).problems).toEqual([]);
      const { problems } = await check({ ...defaultConfiguration, engine: 'huge' });
      expect(problems).toEqual([{ path: 'engine', line: null, message: 'There is no engine huge.' }]);
    });

    it('with the project’s files: what is missing, elsewhere or no file is said at its field', async () => {
      writeFileSync(join(folder, 'churn/Resources/a.jar'), '');
      writeFileSync(join(folder, 'outside.py'), '');
      symlinkSync(join(folder, 'outside.py'), join(folder, 'churn/Resources/link.py'));
      symlinkSync('a.jar', join(folder, 'churn/Resources/inside.jar'));
      const { problems, effective } = await check({
        ...defaultConfiguration,
        jars: ['Resources/a.jar', 'Resources/inside.jar', 'Resources/gone.jar'],
        pyFiles: ['Resources/link.py'],
        files: ['Resources'],
        properties: '# mine\nspark.files=/etc/passwd',
      });
      const found = problems.map(({ path, line }) => `${path} ${line ?? ''}`.trim());
      expect(found).toEqual(['properties 2', 'jars.2', 'pyFiles.0', 'files.0', 'properties 2']);
      expect(problems[2]?.message).toContain('There is no file Resources/link.py in the project');
      expect(effective).toBeNull();
      const python = await check({ ...defaultPythonConfiguration, files: ['Resources/a.jar', 'Resources/gone'] });
      expect(python.problems).toMatchObject([{ path: 'files.1' }]);
    });

    it('and answer what Spark would get, with what the platform sets', async () => {
      writeFileSync(join(folder, 'churn/Resources/a.jar'), '');
      const { problems, effective } = await check({
        ...defaultConfiguration,
        driverCores: 2,
        jars: ['Resources/a.jar'],
        properties: 'spark.hadoop.fs.permissions.umask-mode=027',
      });
      expect(problems).toEqual([]);
      const of = (name: string) => effective?.find((one) => one.name === name);
      expect(of('spark.master')).toMatchObject({ value: 'local[2]', from: 'pinned' });
      expect(of('spark.jars')).toMatchObject({ value: join(folder, 'churn/Resources/a.jar'), from: 'field' });
      expect(of('spark.hadoop.fs.permissions.umask-mode')).toMatchObject({ value: '027', from: 'properties', line: 1 });
      expect(of('spark.port.maxRetries')).toMatchObject({ from: 'default' });
      expect(of('spark.app.name')).toMatchObject({ value: 'the name of the notebook', from: 'pinned' });
    });

    it('with the profiles that the project may use, and what they give', async () => {
      profiles.push(
        testProfile(),
        testProfile({ name: 'large', label: 'Large', most: { memoryMb: 65_536, cores: null }, projects: ['churn'] }),
        testProfile({ name: 'secret', label: 'Secret', projects: ['other'] }),
      );
      const shown = (await call('viewer', 'GET', '/configuration/place')).body;
      expect(shown).toMatchObject({ profiles: [{ name: 'small', label: 'Small' }, { name: 'large' }] });
      expect((await check({ ...defaultConfiguration, profile: 'large' })).problems).toEqual([]);
      const gone = await check({ ...defaultConfiguration, profile: 'secret' });
      expect(gone.problems).toEqual([
        {
          path: 'profile',
          line: null,
          message: 'There is no profile secret for this project any more. Please choose one of these: Small, Large.',
        },
      ]);
      const much = { ...defaultPythonConfiguration, memoryMb: 4096, cores: 4 };
      expect((await check(much)).problems).toEqual([
        { path: 'memoryMb', line: null, message: 'The profile “Small” gives 2 GB at most.' },
        { path: 'cores', line: null, message: 'The profile “Small” gives 2 cores at most.' },
      ]);
      expect((await check({ ...much, profile: 'large' })).problems).toEqual([]);
      const job = await call('owner', 'POST', '/configuration/check?for=job', { ...much, profile: 'large' });
      expect(job.body).toMatchObject({ problems: [{ path: 'profile', message: jobProfileProblem }] });
      expect((await call('owner', 'POST', '/configuration/check?for=job', much)).body).toMatchObject({ problems: [] });
    });

    it('and say so where profiles are for other projects alone', async () => {
      profiles.push(testProfile({ projects: ['other'] }));
      expect((await check(defaultConfiguration)).problems).toMatchObject([
        { path: 'profile', message: expect.stringContaining('may use none of the profiles') },
      ]);
    });

    it('for those alone who may run something', async () => {
      expect((await call('viewer', 'POST', '/configuration/check', defaultConfiguration)).status).toBe(403);
    });
  });
});
