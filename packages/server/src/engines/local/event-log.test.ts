import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEventLogs, eventLogProperties } from './event-log.ts';

/** Event logs of session 1, at most 1000 bytes together. */
async function make() {
  const folder = await mkdtemp(join(tmpdir(), 'ember-events-'));
  return {
    folder,
    logs: createEventLogs((id) => join(folder, String(id)), 1000),
    /** Writes what Spark would: files of events of these sizes, and its note of how the application stands. */
    async write(application: string, ...sizes: number[]) {
      const path = join(folder, '1', `eventlog_v2_${application}`);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, `appstatus_${application}.inprogress`), '');
      for (const [at, size] of sizes.entries()) {
        await writeFile(join(path, `events_${at + 1}_${application}.zstd`), Buffer.alloc(size));
      }
    },
    files: async () =>
      (await readdir(join(folder, '1'), { recursive: true }).catch(() => [])).filter((name) =>
        name.includes('events_'),
      ),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test('the applications of a session are told by what Spark has written, oldest first', async () => {
  await using it = await make();
  expect(await it.logs.applications(1)).toEqual([]);
  expect(await it.logs.limit(1, { ended: true })).toBe('none');
  await it.write('local-1001', 10);
  await it.write('local-999', 10);
  await it.write('local-3', 0);
  await writeFile(join(it.folder, '1', 'eventlog_v2_not a folder'), '');
  expect(await it.logs.applications(1)).toEqual(['local-999', 'local-1001']);
  expect(await it.logs.limit(1, { ended: true })).toBe('kept');
  expect(await it.files()).toHaveLength(3);
});

test('a log that grows too large goes while its application runs, but for the file that Spark writes to, and stays away', async () => {
  await using it = await make();
  await it.write('local-1', ...Array.from({ length: 10 }, () => 90));
  expect(await it.logs.limit(1, { ended: false })).toBe('kept');
  await it.write('local-1', ...Array.from({ length: 12 }, () => 90));
  expect(await it.logs.limit(1, { ended: false })).toBe('too_large');
  expect(await it.files()).toEqual(['eventlog_v2_local-1/events_12_local-1.zstd']);
  // what is left is small, but not the whole
  expect(await it.logs.limit(1, { ended: false })).toBe('too_large');
  expect(await it.logs.applications(1)).toEqual([]);
  expect(await it.logs.limit(1, { ended: true })).toBe('too_large');
  expect(await it.files()).toEqual([]);
  expect(await it.logs.limit(1, { ended: true })).toBe('too_large');
});

test('a log that is removed leaves nothing', async () => {
  await using it = await make();
  await it.write('local-1', 10);
  await it.logs.remove(1);
  expect(await readdir(it.folder)).toEqual([]);
  await it.logs.remove(1);
});

test('whatever a driver puts there, a log is kept within bounds, and nothing outside is touched', async () => {
  await using it = await make();
  const own = join(it.folder, '1');
  const outside = join(it.folder, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'events_1_x'), 'precious');
  await it.write('local-1', 1, 1);
  // folders and links where Spark has files
  await mkdir(join(own, 'eventlog_v2_local-1', 'events_3_local-1', 'deep'), { recursive: true });
  await symlink('/nonexistent/x', join(own, 'too-large'));
  await symlink(outside, join(own, 'eventlog_v2_local-2'));
  await writeFile(join(own, 'eventlog_v2_local-1', 'events_4_local-1'), '');
  await truncate(join(own, 'eventlog_v2_local-1', 'events_4_local-1'), 2 ** 40);
  expect(await it.logs.limit(1, { ended: false })).toBe('too_large');
  expect(await readdir(join(own, 'eventlog_v2_local-1'))).toEqual(
    expect.not.arrayContaining(['events_1_local-1.zstd', 'events_3_local-1']),
  );
  expect(await it.logs.limit(1, { ended: true })).toBe('too_large');
  expect(await readFile(join(outside, 'events_1_x'), 'utf8')).toBe('precious');
  expect((await readdir(it.folder)).toSorted()).toEqual(['1.too-large', 'outside']);
});

test('of one that is kept nothing leads elsewhere: what shows it would follow', async () => {
  await using it = await make();
  const log = join(it.folder, '1', 'eventlog_v2_local-1');
  const outside = join(it.folder, 'outside');
  await mkdir(join(outside, 'events_9_x'), { recursive: true });
  await writeFile(join(outside, 'secret'), 'of another');
  await it.write('local-1', 1, 1);
  const before = await readdir(log);
  await writeFile(join(log, '.events_1_local-1.zstd.crc'), '');
  await symlink(join(outside, 'secret'), join(log, 'events_5_local-1.zstd'));
  await link(join(outside, 'secret'), join(log, 'events_6_local-1.zstd'));
  await symlink(outside, join(it.folder, '1', 'eventlog_v2_local-2'));
  await writeFile(join(log, 'metrics.properties'), '');
  expect(await it.logs.limit(1, { ended: true })).toBe('kept');
  expect((await readdir(log)).toSorted()).toEqual(['.events_1_local-1.zstd.crc', ...before].toSorted());
  expect(await readdir(join(it.folder, '1'))).toEqual(['eventlog_v2_local-1']);
  expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('of another');
});

test('more names than Spark would make are not gone through', async () => {
  await using it = await make();
  await it.write('local-1', 10);
  await Promise.all(Array.from({ length: 1001 }, (_, n) => writeFile(join(it.folder, '1', `name-${n}`), '')));
  expect(await it.logs.applications(1)).toEqual([]);
  expect(await it.logs.limit(1, { ended: false })).toBe('too_large');
  expect(await it.logs.limit(1, { ended: true })).toBe('too_large');
  expect(await readdir(it.folder)).toEqual(['1.too-large']);
});

test('the folder is named to Spark as an address', () => {
  expect(eventLogProperties('/data/my sessions/1')).toMatchObject({
    'spark.eventLog.enabled': 'true',
    'spark.eventLog.dir': 'file:///data/my%20sessions/1',
  });
  expect(eventLogProperties(null)).toEqual({ 'spark.eventLog.enabled': 'false' });
});
