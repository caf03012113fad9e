import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Bin } from '@emberlab/contract';
import { describe, expect, test } from 'vitest';
import { fileRig } from '../files.fixture.ts';

const dayMs = 86_400_000;
type Rig = Awaited<ReturnType<typeof fileRig>>;
const itemsOf = async (it: Rig) => ((await it.get('/bin')).body as unknown as Bin).items;
const binOf = (it: Rig) => join(it.project, '.emberlab/bin');

describe('the bin', () => {
  test('keeps what was deleted, says where it was, and gives it back', async () => {
    await using it = await fileRig();
    mkdirSync(join(it.project, 'Resources/old/deep'), { recursive: true });
    writeFileSync(join(it.project, 'Resources/old/deep/file'), 'kept');
    writeFileSync(join(it.project, 'Resources/a.csv'), 'first');
    const answer = await it.post('/removals', { paths: ['Resources/old', 'Resources/a.csv', 'Resources/absent'] });
    expect(answer.body).toMatchObject({ removed: 2, failed: [{ path: 'Resources/absent' }] });
    expect(readdirSync(join(it.project, 'Resources'))).toEqual([]);
    const items = await itemsOf(it);
    const [file, folder] = ['Resources/a.csv', 'Resources/old'].map((path) => items.find((item) => item.path === path));
    expect(file).toMatchObject({ type: 'file', size: 5, deletedBy: 'edd@example.org' });
    expect(folder?.size).toBeGreaterThan(0);
    expect((await it.post(`/bin/${folder?.id}/restore`, {})).body).toMatchObject({ path: 'Resources/old' });
    expect(readFileSync(join(it.project, 'Resources/old/deep/file'), 'utf8')).toBe('kept');
    // Another file has its name by now.
    writeFileSync(join(it.project, 'Resources/a.csv'), 'second');
    expect((await it.post(`/bin/${file?.id}/restore`, {})).body).toMatchObject({ path: 'Resources/a (restored).csv' });
    expect(readFileSync(join(it.project, 'Resources/a (restored).csv'), 'utf8')).toBe('first');
    expect(readFileSync(join(it.project, 'Resources/a.csv'), 'utf8')).toBe('second');
    expect(await itemsOf(it)).toEqual([]);
  });

  test('is emptied, whole or one by one, and the room is measured anew', async () => {
    await using it = await fileRig();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(it.project, 'Resources', name), name);
    await it.post('/removals', { paths: ['Resources/a', 'Resources/b', 'Resources/c'] });
    expect(it.freed).toEqual([]);
    const [first] = await itemsOf(it);
    expect((await it.ask(it.edd, 'DELETE', `/bin/${first?.id}`)).status).toBe(200);
    expect((await itemsOf(it)).length).toBe(2);
    mkdirSync(join(binOf(it), 'by hand'));
    expect((await it.ask(it.edd, 'DELETE', '/bin')).status).toBe(200);
    expect(await itemsOf(it)).toEqual([]);
    expect(existsSync(binOf(it))).toBe(false);
    expect(it.freed).toEqual([it.projectId, it.projectId]);
    expect((await it.ask(it.edd, 'DELETE', '/bin')).status).toBe(200);
    expect((await it.ask(it.vic, 'DELETE', '/bin')).status).toBe(403);
  });

  test('is read in pages, which go on also where something of them has gone, and looked through by path', async () => {
    await using it = await fileRig();
    const names = Array.from({ length: 205 }, (_, index) => `Resources/${String(index).padStart(3, '0')}`);
    for (const name of names) writeFileSync(join(it.project, name), 'x');
    await it.post('/removals', { paths: names.slice(0, 100) });
    it.clock.advance(1);
    await it.post('/removals', { paths: names.slice(100, 200) });
    await it.post('/removals', { paths: names.slice(200) });
    const page = async (query: string) => (await it.get(`/bin?${query}`)).body as unknown as Bin;
    const first = await page('');
    expect([first.items.length, first.total]).toEqual([100, { items: 205, bytes: 205 }]);
    await it.ask(it.edd, 'DELETE', `/bin/${first.items.at(-1)?.id}`);
    const second = await page(`after=${first.next}`);
    const third = await page(`after=${second.next}`);
    expect([second.items.length, third.items.length, third.next]).toEqual([100, 5, null]);
    const seen = [first, second, third].flatMap(({ items }) => items.map(({ path }) => path));
    expect(seen.toSorted()).toEqual(names);
    const found = await page('find=RESOURCES/20');
    expect([found.items.length, found.next, found.total.items]).toEqual([5, null, 204]);
    expect((await it.get('/bin?after=x')).status).toBe(400);
  });

  test('is emptied by age, as the owner has said', async () => {
    await using it = await fileRig();
    writeFileSync(join(it.project, 'Resources/a'), 'a');
    await it.post('/removals', { paths: ['Resources/a'] });
    const rules = { binDays: 7, logDays: null, logNewest: 10 };
    expect((await it.ask(it.edd, 'PUT', '/rules', { payload: rules })).status).toBe(403);
    expect((await it.ask(it.ada, 'PUT', '/rules', { payload: rules })).body).toEqual(rules);
    expect((await it.get('/rules')).body).toEqual(rules);
    it.clock.advance(6 * dayMs);
    await it.files.tidy();
    expect((await itemsOf(it)).length).toBe(1);
    it.clock.advance(dayMs);
    await it.files.tidy();
    expect([await itemsOf(it), readdirSync(binOf(it))]).toEqual([[], []]);
  });

  test('forgets what somebody has taken out of it in a terminal', async () => {
    await using it = await fileRig();
    writeFileSync(join(it.project, 'Resources/a'), 'a');
    await it.post('/removals', { paths: ['Resources/a'] });
    rmSync(binOf(it), { recursive: true });
    expect(await itemsOf(it)).toEqual([]);
  });

  test('takes links as links: what they lead to stays', async () => {
    await using it = await fileRig();
    const outside = join(it.folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), 'mine');
    symlinkSync(outside, join(it.project, 'Resources/link'));
    mkdirSync(join(it.project, 'Resources/tree'));
    symlinkSync(outside, join(it.project, 'Resources/tree/link'));
    expect((await it.post('/removals', { paths: ['Resources/link'] })).body).toMatchObject({ removed: 1 });
    expect((await it.post('/removals', { paths: ['Resources/tree'], forever: true })).body).toMatchObject({
      removed: 1,
    });
    await it.ask(it.edd, 'DELETE', '/bin');
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('mine');
    expect(readdirSync(join(it.project, 'Resources'))).toEqual([]);
  });

  test('is never somewhere else: a link in its place is not followed, and nothing is lost', async () => {
    await using it = await fileRig();
    const outside = join(it.folder, 'outside');
    mkdirSync(join(outside, 'bin'), { recursive: true });
    symlinkSync(outside, join(it.project, '.emberlab'));
    writeFileSync(join(it.project, 'Resources/a'), 'a');
    const { body } = await it.post('/removals', { paths: ['Resources/a'] });
    expect(body).toMatchObject({ removed: 0, failed: [{ message: expect.stringContaining('.emberlab') as string }] });
    expect(readFileSync(join(it.project, 'Resources/a'), 'utf8')).toBe('a');
    expect(readdirSync(join(outside, 'bin'))).toEqual([]);
    renameSync(join(it.project, '.emberlab'), join(it.project, 'aside'));
    expect((await it.post('/removals', { paths: ['Resources/a'] })).body).toMatchObject({ removed: 1 });
  });

  test('does not take the folders that every project has', async () => {
    await using it = await fileRig();
    const { body } = await it.post('/removals', { paths: ['Jupyter', 'Logs/', './Resources', '.emberlab'] });
    expect(body).toMatchObject({ removed: 0 });
    expect(readdirSync(it.project).toSorted()).toEqual(['Jupyter', 'Logs', 'Resources']);
  });
});

describe('over its limit', () => {
  test('a project takes no more files, and loses what is deleted all the same', async () => {
    await using it = await fileRig();
    writeFileSync(join(it.project, 'Resources/large'), Buffer.alloc(200_000));
    await it.kit.db
      .insertInto('project_limits')
      .values({ project_id: it.projectId, kind: 'disk', value: 100_000 })
      .execute();
    await it.kit.limits.measure();
    const refused = await it.post('/uploads', { folder: 'Resources', name: 'more', size: 10 });
    expect([refused.status, refused.body]).toMatchObject([409, { error: { code: 'limit_reached' } }]);
    expect((await it.post('/removals', { paths: ['Resources/large'] })).body).toMatchObject({ removed: 1 });
    // It lies in the bin and takes the same room there.
    it.clock.advance(3_600_000);
    await it.kit.limits.measure();
    expect((await it.post('/uploads', { folder: 'Resources', name: 'more', size: 10 })).status).toBe(409);
    expect((await it.ask(it.edd, 'DELETE', '/bin')).status).toBe(200);
    it.clock.advance(3_600_000);
    await it.kit.limits.measure();
    expect((await it.post('/uploads', { folder: 'Resources', name: 'more', size: 10 })).status).toBe(201);
  });
});
