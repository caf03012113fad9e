import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import type { TestUser } from '../testing/rig.ts';
import { createExternalRig, type ExternalRig } from './testing/external-rig.ts';

const url = process.env['EMBERLAB_TEST_LIVY_URL'];
/** where that Livy may read programs: its `livy.file.local-dir-whitelist` */
const readable = process.env['EMBERLAB_TEST_LIVY_FILES'] ?? tmpdir();
const patience = { timeout: 180_000, interval: 500 };

describe.skipIf(url === undefined)('with a real Livy (needs EMBERLAB_TEST_LIVY_URL)', () => {
  let rig: ExternalRig;
  let bea: TestUser;
  let folder: string;
  beforeAll(async () => {
    rig = await createExternalRig({ unset: true, clock: systemClock, limits: { livyPollMs: 500 } });
    bea = await rig.user('bea@example.org', 'editor');
    // The project's files lie where that Livy may read.
    folder = await mkdtemp(join(readable, 'ember-livy-'));
    await rm(rig.projectFolder, { recursive: true });
    await symlink(folder, rig.projectFolder);
    await rig.use(url);
  });
  // Whatever a test ended with, the next one and that Livy begin without it.
  afterEach(async () => {
    for (const as of [rig.ada, bea]) {
      const { body } = await rig.call('GET', '/batches', { as });
      for (const { id } of body.sessions) await rig.call('DELETE', `/batches/${id}`, { as });
    }
  });
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const program = async (name: string, ...lines: string[]): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, lines.join('\n'));
    return file;
  };
  const submit = async (body: object, as = rig.ada): Promise<number> => {
    const made = await rig.call('POST', '/batches', { body, as });
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ owner: as.email })]);
    return made.body.id;
  };
  const stateOf = async (id: number, as = rig.ada) =>
    (await rig.call('GET', `/batches/${id}/state`, { as })).body.state;
  /** what that Livy itself has of a batch of ours */
  const there = async (id: number): Promise<number> => {
    const { external_name: name } = await rig.db
      .selectFrom('external_sessions')
      .select('external_name')
      .where('type', '=', 'batch')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return (await fetch(`${url}/batches/${name}`)).status;
  };

  it('is found', async () => {
    const tried = await rig.api('POST', '/livy/test', rig.ada, { url, login: { type: 'none' } });
    expect(tried.body).toEqual({
      works: true,
      message: expect.stringMatching(/^Livy 0\.\d+\.\d+\S* answers\.$/),
      version: expect.any(String),
    });
  });

  it('runs batches of two members, each of whom sees their own', { timeout: 240_000 }, async () => {
    const file = await program(
      'count.py',
      'import sys',
      'from pyspark.sql import SparkSession',
      'spark = SparkSession.builder.getOrCreate()',
      'print("counted", spark.range(int(sys.argv[1])).count(), sys.argv[2:], spark.conf.get("spark.executor.memory"))',
    );
    const body = {
      file,
      args: [7, true, 'x y'],
      name: 'nightly',
      driverMemory: '512m',
      conf: { 'executor.memory': '600m' },
    };
    const mine = await submit(body);
    const hers = await submit({ ...body, args: ['8'] }, bea);
    expect(hers).toBe(mine + 1);
    expect((await rig.call('GET', `/batches/${hers}`)).status).toBe(404);
    expect((await rig.call('GET', `/batches/${mine}/log`, { as: bea })).status).toBe(404);
    await expect.poll(() => stateOf(mine), patience).toBe('success');
    await expect.poll(() => stateOf(hers, bea), patience).toBe('success');
    const log = async (id: number, as: TestUser) => (await rig.call('GET', `/batches/${id}/log?size=-1`, { as })).body;
    // What a program prints and what Spark logs come as one there.
    expect((await log(mine, rig.ada)).log.join('\n')).toContain("counted 7 ['true', 'x y'] 600m");
    expect((await log(hers, bea)).log.join('\n')).toContain('counted 8 [] 600m');
    expect(await log(mine, rig.ada)).toMatchObject({ id: mine, from: 0 });
    const list = async (as: TestUser) => (await rig.call('GET', '/batches', { as })).body;
    expect(await list(rig.ada)).toMatchObject({
      total: 1,
      sessions: [{ id: mine, name: 'nightly', state: 'success' }],
    });
    expect(await list(bea)).toMatchObject({ total: 1, sessions: [{ id: hers, name: 'nightly' }] });
    expect((await rig.call('DELETE', `/batches/${hers}`, { as: bea })).body).toEqual({ msg: 'deleted' });
    expect([await there(hers), await there(mine)]).toEqual([404, 200]);
    expect((await list(bea)).total).toBe(0);
  });

  it('says that a program has failed', { timeout: 240_000 }, async () => {
    const id = await submit({ file: await program('fail.py', 'raise ValueError("broken on purpose")') });
    await expect.poll(() => stateOf(id), patience).toBe('dead');
    const { body } = await rig.call('GET', `/batches/${id}/log?size=-1`);
    expect(body.log.join('\n')).toContain('ValueError: broken on purpose');
    const { items } = (await rig.api('GET', '/batches')).body;
    expect(items.find((batch: { id: number }) => batch.id === id)).toMatchObject({
      state: 'dead',
      problem: expect.stringContaining('has failed'),
    });
  });

  it('ends one that runs, for its owner and for an owner of the project', { timeout: 240_000 }, async () => {
    // A Livy whose Spark is local ends spark-submit alone: the program sees that it is gone.
    const file = await program(
      'wait.py',
      'import os, time',
      'parent = os.getppid()',
      'print("waits", flush=True)',
      'while os.getppid() == parent: time.sleep(0.2)',
    );
    const waits = (id: number, as: TestUser) =>
      expect
        .poll(async () => (await rig.call('GET', `/batches/${id}/log`, { as })).body.log, patience)
        .toContain('waits');
    const mine = await submit({ file });
    const hers = await submit({ file }, bea);
    await waits(mine, rig.ada);
    await waits(hers, bea);
    expect((await rig.call('DELETE', `/batches/${mine}`)).status).toBe(200);
    expect(await there(mine)).toBe(404);
    expect((await rig.api('DELETE', `/batches/${mine}`, bea)).status).toBe(404);
    expect((await rig.api('DELETE', `/batches/${hers}`)).status).toBe(202);
    await expect.poll(() => there(hers), patience).toBe(404);
    await expect.poll(() => stateOf(hers, bea), patience).toBe('killed');
  });

  it('keeps nothing of a request that it refused', async () => {
    const listed = async () => {
      const { sessions } = (await (await fetch(`${url}/batches?size=1000`)).json()) as {
        sessions: { name: string | null }[];
      };
      return sessions.filter(({ name }) => name?.startsWith('emberlab-demo-') === true);
    };
    // Outside of what it may read, while within the project as Emberlab sees it.
    await rm(rig.projectFolder);
    const outside = await mkdtemp('/var/tmp/ember-outside-');
    try {
      await symlink(outside, rig.projectFolder);
      await writeFile(join(outside, 'a.py'), '');
      const refused = await rig.call('POST', '/batches', { body: { file: join(outside, 'a.py') } });
      expect([refused.status, refused.body.msg]).toEqual([
        400,
        expect.stringContaining('cannot be added to user sessions'),
      ]);
      await expect.poll(listed).toEqual([]);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('says in its own words when it can’t start sessions', async () => {
    // Its released version comes without what sessions need; one that has it starts one.
    const made = await rig.call('POST', '/sessions', { body: { kind: 'pyspark', heartbeatTimeoutInSecond: 60 } });
    const refused = made.status === 400 && String(made.body.msg).includes('Cannot find Livy REPL jars');
    expect([made.status === 201 || refused, made.body]).toEqual([true, made.body]);
    if (!refused) await rig.call('DELETE', `/sessions/${made.body.id}`);
    expect((await rig.call('GET', '/sessions')).body.total).toBe(0);
  });
});
