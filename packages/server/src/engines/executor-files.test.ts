import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { boundExecutorLogs, executorLogFiles } from './executor-files.ts';

async function fixture() {
  const folder = await mkdtemp(join(tmpdir(), 'ember-executors-'));
  const logs = join(folder, '7', 'executor-logs');
  await mkdir(logs, { recursive: true });
  return {
    folder: join(folder, '7'),
    logs,
    files: executorLogFiles((id) => join(folder, String(id))),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test('executors are known by their logs, and nothing else that lies there is one', async () => {
  await using it = await fixture();
  for (const name of ['10.stdout', '2.stderr', '2.stdout', 'x.stderr', '3.stderr.old'])
    await writeFile(join(it.logs, name), '');
  await writeFile(join(it.folder, 'secret'), '');
  await symlink('../secret', join(it.logs, '4.stderr'));
  await mkdir(join(it.logs, '5.stderr'));
  expect(await it.files.list(8)).toEqual([]);
  expect(await it.files.list(7)).toEqual(['2', '10']);
  expect(await it.files.find(7, '2', 'stderr')).toBe(join(it.logs, '2.stderr'));
  for (const name of ['1', '4', '5', '../../7/executor-logs/2', ''])
    expect(await it.files.find(7, name, 'stderr')).toBeNull();
});

test('of very many only the newest are left, and nothing is gone into to remove it', async () => {
  await using it = await fixture();
  await mkdir(join(it.folder, 'precious'));
  await writeFile(join(it.folder, 'precious', 'file'), 'x');
  await mkdir(join(it.logs, '1.stdout'));
  await writeFile(join(it.logs, '1.stdout', 'inside'), 'x');
  await symlink('../precious', join(it.logs, '2.stdout'));
  for (let at = 3; at <= 1005; at += 1) await writeFile(join(it.logs, `${at}.stdout`), '');
  await boundExecutorLogs(it.folder, 1000);
  expect((await it.files.list(7)).length).toBeLessThanOrEqual(1000);
  expect(await readdir(join(it.folder, 'precious'))).toEqual(['file']);
  expect(await readdir(join(it.logs, '1.stdout'))).toEqual(['inside']);
});

test('what they take is kept within bounds, the newest longest', async () => {
  await using it = await fixture();
  await boundExecutorLogs(join(it.folder, 'nowhere'), 1000);
  for (const [at, name] of ['1.stderr', '2.stderr', '3.stderr', '4.stderr', '5.stderr', '6.stderr'].entries()) {
    await writeFile(join(it.logs, name), 'a line\n'.repeat(at === 5 ? 1000 : 140));
    await utimes(join(it.logs, name), at + 1, at + 1);
  }
  await writeFile(join(it.folder, 'secret'), 'x'.repeat(5000));
  await symlink('../secret', join(it.logs, '7.stderr'));
  await boundExecutorLogs(it.folder, 1000);
  const sizes = await Promise.all(
    ['1', '2', '3', '6'].map(async (id) => (await stat(join(it.logs, `${id}.stderr`))).size),
  );
  expect(sizes[0]).toBeLessThan(100);
  expect(sizes.slice(1, 3)).toEqual([980, 980]);
  expect(sizes[3]).toBeLessThan(1000);
  expect(await readFile(join(it.logs, '6.stderr'), 'utf8')).toMatch(/earlier lines are gone.*\n(a line\n)+$/);
  expect((await stat(join(it.folder, 'secret'))).size).toBe(5000);
  // What writes there goes on.
  await appendFile(join(it.logs, '1.stderr'), 'more\n');
  expect(await readdir(it.logs)).toHaveLength(7);
});
