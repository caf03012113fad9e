import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution, Inspection, Job, JobExport } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { jobsFixture, notebookWith } from './testing/jobs.fixture.ts';
import { zip } from './testing/zip.ts';

const manifest = (text: string) => zip({ 'META-INF/MANIFEST.MF': text });

describe('a program', () => {
  it('fills the form by what it is', async () => {
    await using it = await jobsFixture();
    const inspect = (program: string) =>
      it.must<Inspection>('GET', `/jobs/inspection?program=${encodeURIComponent(program)}`);
    it.write('Resources/clean up.py', '');
    it.write('Jupyter/forecast.ipynb', notebookWith('python3'));
    it.write(
      'Resources/job.jar',
      manifest('Manifest-Version: 1.0\r\nMain-Class: org.example.ve\r\n ry.long.Main\r\n\r\n'),
    );
    it.write('Resources/model.R', '');
    expect(await inspect('Resources/clean up.py')).toMatchObject({
      type: 'pyspark',
      types: ['pyspark', 'python'],
      name: 'clean up',
      mainClass: null,
      configuration: { type: 'spark' },
      problems: [],
    });
    expect(await inspect('Jupyter/forecast.ipynb')).toMatchObject({
      types: ['python'],
      kernel: 'python3',
      configuration: { type: 'python' },
    });
    const code = { cell_type: 'code', metadata: { tags: ['parameters'] }, source: ['limit = 10\n', 'day = today()'] };
    it.write('Jupyter/with.ipynb', JSON.stringify({ ...JSON.parse(notebookWith('python3')), cells: [code] }));
    expect((await inspect('Jupyter/with.ipynb')).parameters).toEqual([
      { name: 'limit', value: 10, plain: true, written: '10' },
      { name: 'day', value: null, plain: false, written: 'today()' },
    ]);
    expect(await inspect('Resources/job.jar')).toMatchObject({
      type: 'spark',
      mainClass: 'org.example.very.long.Main',
    });
    expect(await inspect('Resources/model.R')).toMatchObject({ type: 'sparkr' });
    await it.python('model', '');
    expect((await inspect('Resources/model.R')).name).toBe('model-2');
  });

  it('that is a large notebook with pictures is read all the same', async () => {
    await using it = await jobsFixture();
    const picture = { cell_type: 'code', source: 'plot()', metadata: {}, outputs: ['x'.repeat(5 * 1024 ** 2)] };
    const code = { cell_type: 'code', source: 'limit = 10', metadata: { tags: ['parameters'] } };
    it.write('Jupyter/large.ipynb', JSON.stringify({ ...JSON.parse(notebookWith('python3')), cells: [picture, code] }));
    expect(await it.must<Inspection>('GET', '/jobs/inspection?program=Jupyter/large.ipynb')).toMatchObject({
      kernel: 'python3',
      parameters: [{ name: 'limit', value: 10 }],
      problems: [],
    });
  });

  it.each([
    ['absent.py', /There is no file Resources\/absent\.py in the project/],
    ['none.ipynb', /names no kernel/],
    ['other.ipynb', /has the kernel julia-1\.10, which jobs do not know/],
    ['broken.ipynb', /its content is not JSON/],
    ['list.ipynb', /It is no notebook of version 4/],
    ['old.ipynb', /a notebook of an old version/],
    ['bytes.ipynb', /its content is not JSON/],
    ['vast.ipynb', /It is too large to be read/],
    ['folder.py', /There is no file/],
    ['pipe.py', /There is no file/],
    ['plain.jar', /is not a jar/],
    ['linked.py', /There is no file/],
    ['table.csv', /has to end in \.py, \.ipynb, \.jar or \.R/],
  ])('can be no job as %s, and it is said why', async (file, sentence) => {
    await using it = await jobsFixture();
    it.write('Resources/none.ipynb', notebookWith(null));
    it.write('Resources/other.ipynb', notebookWith('julia-1.10'));
    it.write('Resources/broken.ipynb', '{');
    it.write('Resources/list.ipynb', '[]');
    it.write('Resources/old.ipynb', '{"nbformat": 3, "cells": [], "metadata": {}}');
    it.write('Resources/bytes.ipynb', Buffer.from([0xff, 0xfe, 0]));
    // It would take all memory of whoever reads it.
    if (file === 'vast.ipynb') {
      it.write(`Resources/${file}`, `{"nbformat":4,"metadata":{},"cells":[{}${',{}'.repeat(10 * 1024 ** 2)}]}`);
    }
    it.write('Resources/folder.py/inside', '');
    execFileSync('mkfifo', [join(it.projectFolder, 'Resources/pipe.py')]);
    it.write('Resources/plain.jar', 'plain');
    it.write('Resources/table.csv', '');
    symlinkSync('/etc/passwd', join(it.projectFolder, 'Resources/linked.py'));
    const { problems } = await it.must<Inspection>('GET', `/jobs/inspection?program=Resources/${file}`);
    expect(problems).toEqual([expect.stringMatching(sentence)]);
    const refused = await it.call('POST', '/jobs', { body: { name: 'x', program: `Resources/${file}` } });
    expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringMatching(sentence)]);
  });
});

describe('a job', () => {
  it('takes from its file and the project what is not said', async () => {
    await using it = await jobsFixture();
    it.write('Resources/job.py', '');
    const job = await it.must<Job>('POST', '/jobs', { body: { name: 'Nightly', program: 'Resources/job.py' } });
    expect(job).toMatchObject({
      name: 'Nightly',
      type: 'pyspark',
      configuration: { type: 'spark' },
      policy: { retries: 0, timeLimitMinutes: null, concurrentRuns: true },
      owner: { email: 'ada@example.org' },
      mine: true,
      mayChange: true,
      lastRuns: [],
      nextRunAt: null,
    });
    const python = await it.must<Job>('POST', '/jobs', {
      body: { name: 'plain', program: 'Resources/job.py', configuration: { type: 'python' } },
    });
    expect(python.type).toBe('python');
  });

  it('has a name of its own in the project, in whatever case', async () => {
    await using it = await jobsFixture();
    const first = await it.spark('Ärger');
    const again = await it.call('POST', '/jobs', { body: { name: 'äRGER', program: first.program } });
    expect([again.status, again.body.error.code]).toEqual([409, 'name_taken']);
    const other = await it.spark('other');
    expect((await it.call('PUT', `/jobs/${other.id}`, { body: { name: 'ärger' } })).status).toBe(409);
    expect((await it.call('PUT', `/jobs/${first.id}`, { body: { name: 'ärger' } })).body.name).toBe('ärger');
    for (const name of ['', '../x', '.hidden', 'a/b', 'end.', 'x'.repeat(129), 'ü'.repeat(125)]) {
      expect((await it.call('POST', '/jobs', { body: { name, program: first.program } })).status).toBe(400);
    }
  });

  it.each([
    [{ type: 'python' }, 'configuration.type', /needs a configuration of type Python/],
    [{ type: 'spark' }, 'type', /The program of a Spark job ends in \.jar or \.ipynb/],
    [{ parameters: { a: 1 } }, 'parameters', /Only notebooks have parameters/],
    [{ parameters: { 'a b': 1 } }, 'parameters', /letters, digits and _/],
    [{ parameters: 'a=1' }, 'parameters', /./],
    [{ parameters: ['a'] }, 'parameters', /./],
    [{ arguments: [1] }, 'arguments.0', /./],
    [{ arguments: 'a b' }, 'arguments', /./],
    [{ mainClass: '--conf' }, 'mainClass', /a class with its package/],
    [{ arguments: ['a\0b'] }, 'arguments.0', /NUL or CR/],
    [{ policy: { retries: 11 } }, 'policy.retries', /whole number from 0 to 10/],
    [
      { configuration: { type: 'spark', driverMemoryMb: 1, driverCores: 1, properties: '' } },
      'configuration',
      /512 MB/,
    ],
  ])('that is wrong is refused, and its field named: %j', async (more, path, sentence) => {
    await using it = await jobsFixture();
    const job = await it.spark('job');
    const { status, body } = await it.call('PUT', `/jobs/${job.id}`, { body: more });
    expect([status, body.error.code]).toEqual([400, 'bad_request']);
    const { details } = body.error as { details: { path: string; message: string }[] };
    expect(details.map((one) => one.path).join()).toContain(path);
    expect(details.map(({ message }) => message).join()).toMatch(sentence);
  });

  it.each([
    ['deeper than anybody nests them', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /32 levels/],
    ['larger than anybody writes them', JSON.stringify('x'.repeat(70_000)), /at most 65536 characters/],
  ])('has no parameters %s', async (_what, value, sentence) => {
    await using it = await jobsFixture();
    it.write('Jupyter/a.ipynb', notebookWith('python3'));
    const answer = await it.kit.as(it.ada.token, {
      method: 'POST',
      url: '/api/v1/projects/demo/jobs',
      headers: { 'content-type': 'application/json' },
      payload: `{"name":"a","program":"Jupyter/a.ipynb","parameters":{"value":${value}}}`,
    });
    expect([answer.statusCode, answer.json().error.details]).toEqual([
      400,
      [{ path: 'parameters', message: expect.stringMatching(sentence) as string }],
    ]);
  });

  it('with a configuration that names a missing file is refused', async () => {
    await using it = await jobsFixture();
    const { body } = await it.call('POST', '/jobs', {
      body: {
        name: 'x',
        program: (await it.spark('job')).program,
        configuration: {
          type: 'spark',
          driverMemoryMb: 1024,
          driverCores: 1,
          properties: '',
          jars: ['Resources/a.jar'],
        },
      },
    });
    expect(body.error.details).toEqual([
      { path: 'configuration.jars.0', message: expect.stringMatching(/no file Resources\/a\.jar/) },
    ]);
  });

  it('of a jar needs a main class, its own or that of the manifest', async () => {
    await using it = await jobsFixture();
    it.write('Resources/a.jar', zip({ 'Main.class': 'x' }));
    const body = { name: 'jar', program: 'Resources/a.jar' };
    expect((await it.call('POST', '/jobs', { body })).body.error.details).toEqual([
      { path: 'mainClass', message: expect.stringMatching(/names no main class/) },
    ]);
    expect((await it.call('POST', '/jobs', { body: { ...body, mainClass: 'org.example.Main' } })).status).toBe(201);
  });

  it('goes by export and import, and by copy, to whoever asks', async () => {
    await using it = await jobsFixture();
    const bob = await it.member('bob', 'editor');
    const secret = { type: 'python', environment: 'COLOUR=red\nDB_PASSWORD=hush' };
    const job = await it.python('job', '', { arguments: ['a b'], configuration: secret });
    const file = await it.must<JobExport>('GET', `/jobs/${job.id}/export`);
    expect(file).toMatchObject({ format: 'emberlab-job', version: 1, job: { name: 'job', arguments: ['a b'] } });
    const made = await it.must<Job>('POST', '/jobs/import', { body: { file, name: 'again' }, as: bob });
    expect(made).toMatchObject({ name: 'again', arguments: ['a b'], owner: { email: bob.email }, mine: true });
    const copy = await it.must<Job>('POST', `/jobs/${job.id}/copy`, { body: { name: 'copy' }, as: bob });
    expect(copy.configuration).toMatchObject({ environment: 'COLOUR=red' });
    const newer = { ...file, version: 2 };
    expect((await it.call('POST', '/jobs/import', { body: { file: newer } })).status).toBe(400);
  });

  it('is changed and deleted by its owner and the owners of the project, read by viewers, without its secrets', async () => {
    await using it = await jobsFixture();
    const [bob, eve, vic] = [
      await it.member('bob', 'editor'),
      await it.member('eve', 'editor'),
      await it.member('vic', 'viewer'),
    ];
    it.write('Resources/job.py', '');
    const configuration = { type: 'python', environment: 'API_TOKEN=hush' };
    const body = { name: 'job', program: 'Resources/job.py', type: 'python', configuration };
    const job = await it.must<Job>('POST', '/jobs', { body, as: bob });
    const change = { body: { arguments: ['x'] } };
    const path = `/jobs/${job.id}`;
    expect((await it.call('PUT', path, { ...change, as: eve })).body.error.message).toMatch(
      /Only the owner of the job/,
    );
    expect((await it.call('DELETE', path, { as: eve })).status).toBe(403);
    expect((await it.call('PUT', path, { ...change, as: vic })).status).toBe(403);
    expect((await it.must<Job>('GET', path, { as: vic })).configuration).toMatchObject({ environment: '' });
    expect(await it.must<Job>('PUT', path, { ...change, as: bob })).toMatchObject({
      configuration: { environment: 'API_TOKEN=hush' },
    });
    expect((await it.call('PUT', path, change)).status).toBe(200);
    expect((await it.call('DELETE', path)).status).toBe(200);
    expect((await it.call('GET', path)).status).toBe(404);
  });
});

describe('the list of jobs', () => {
  it('is searched, filtered, sorted and read in pages', async () => {
    await using it = await jobsFixture();
    const bob = await it.member('bob', 'editor');
    const [alpha, beta] = [await it.spark('Alpha'), await it.spark('beta_100')];
    await it.python('gamma', 'exit 3');
    it.write('Resources/d.py', '');
    await it.must('POST', '/jobs', { body: { name: 'delta', program: 'Resources/d.py' }, as: bob });
    const names = async (query: string, as = it.ada) => {
      const { items, next } = await it.must<{ items: Job[]; next: string | null }>('GET', `/jobs?${query}`, { as });
      return [items.map(({ name }) => name).join(' '), next];
    };
    expect(await names('')).toEqual(['Alpha beta_100 delta gamma', null]);
    expect(await names('search=A_')).toEqual(['beta_100', null]);
    expect(await names('name=aLPHA')).toEqual(['Alpha', null]);
    expect(await names('type=python')).toEqual(['gamma', null]);
    expect(await names('owner=me', bob)).toEqual(['delta', null]);
    expect(await names('owner=ada@example.org&sort=created&order=desc')).toEqual(['gamma beta_100 Alpha', null]);
    expect(await names('limit=3')).toEqual(['Alpha beta_100 delta', '3']);
    expect(await names('limit=3&cursor=3')).toEqual(['gamma', null]);

    const run = await it.run(alpha);
    await it.reach(run.id, 'starting');
    it.fake.end(run.id, 'failed', 'It broke.');
    await it.reach(run.id, 'failed');
    await it.run(beta);
    expect(await names('state=failed')).toEqual(['Alpha', null]);
    expect(await names('running=1')).toEqual(['beta_100', null]);
    expect((await names('sort=lastRun&order=desc'))[0]).toMatch(/^beta_100 Alpha/);
    const [first] = (await it.must<{ items: Job[] }>('GET', '/jobs?name=alpha')).items;
    expect(first?.lastRuns).toEqual([
      { id: run.id, state: 'failed', createdAt: run.createdAt, durationSeconds: expect.any(Number) },
    ]);
  });

  it('shows ten runs of a job at most, the newest first', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('often');
    const ids: number[] = [];
    for (let count = 0; count < 12; count += 1) ids.push((await it.run(job)).id);
    const shown = await it.must<Job>('GET', `/jobs/${job.id}`);
    expect(shown.lastRuns.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 10));
  });
});

it('that loses its file fails when it runs, with the file named', async () => {
  await using it = await jobsFixture();
  const job = await it.spark('job');
  const { id } = await it.run(job);
  rmSync(join(it.projectFolder, job.program));
  const run: Execution = await it.reach(id, 'failed');
  expect(run.reason).toMatch(/There is no file Resources\/job\.py/);
  expect(it.fake.has(id)).toBe(false);
});
