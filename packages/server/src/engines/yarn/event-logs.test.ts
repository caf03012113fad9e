import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEventLogs } from '../local/event-log.ts';
import { createYarnEventLogs } from './event-logs.ts';
import { filesOf as filesIn } from './files.ts';
import { ClusterFailure } from './answers.ts';

/** Event logs of the session 1, whose folder on the cluster has so many bytes. */
async function make(bytes: () => number) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-yarn-events-'));
  const brought: string[] = [];
  await mkdir(join(folder, '1'));
  const filesOf = (id: number) => filesIn(folder, id);
  const logs = createYarnEventLogs({
    maxBytes: 100,
    folder: null,
    helper: {
      makeEvents: async (_, tag) => `hdfs:///e/${tag}`,
      limitEvents: async () => bytes(),
      async bringEvents(place, _target, most) {
        if (bytes() < 0) throw new ClusterFailure('away', 'no');
        brought.push(place);
        return bytes() <= most;
      },
    },
  });
  const around = logs.around(
    createEventLogs((id) => filesOf(id).eventLogs, 100),
    filesOf,
  );
  return { logs, around, brought, files: filesOf(1), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test('the event logs of a driver that runs are bounded where they are written, and given up for good', async () => {
  let bytes = 0;
  await using it = await make(() => bytes);
  expect(await it.logs.prepare(it.files, 'tag')).toBe('hdfs:///e/tag');
  expect(await it.around.limit(1, { ended: false })).toBe('none');
  bytes = 100;
  expect(await it.around.limit(1, { ended: false })).toBe('kept');
  bytes = 101;
  expect(await it.around.limit(1, { ended: false })).toBe('too_large');
  bytes = 10;
  await it.logs.bring(it.files);
  expect(it.brought).toEqual(['hdfs:///e/tag']);
  expect(await it.around.limit(1, { ended: true })).toBe('too_large');
  // Once is enough.
  await it.logs.bring(it.files);
  expect(it.brought).toHaveLength(1);
});

test('a cluster that is away leaves a sentence in the log of the driver', async () => {
  await using it = await make(() => -1);
  await it.logs.prepare(it.files, 'tag');
  await it.logs.bring(it.files);
  expect(await readFile(it.files.stderr, 'utf8')).toMatch(/The event log did not come\. .*HDFS.* does not answer/);
  expect(await it.around.limit(1, { ended: true })).toBe('none');
});
