import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePrivateFolder } from '../../lib/files.ts';
import { filesOf as filesIn, writeWord } from './files.ts';
import { ClusterFailure } from './answers.ts';
import { createKeptExecutors } from './kept-executors.ts';

const of = { kind: 'session', id: 1 } as const;
const streams = ['stdout', 'stderr'] as ('stdout' | 'stderr')[];

async function make() {
  const folder = await mkdtemp(join(tmpdir(), 'ember-yarn-kept-'));
  const filesOf = ({ id }: { id: number }) => filesIn(folder, id);
  const state = { late: false, asked: 0, brought: 0, away: false };
  const kept = createKeptExecutors({
    filesOf,
    helper: {
      async executors() {
        state.asked += 1;
        if (state.away) throw new ClusterFailure('away', 'no');
        const containers = ['container_1_0001_01_000003', 'container_1_0001_01_000002', 'container_1_0001_01_000009'];
        return { late: state.late, containers: containers.map((container) => ({ container, host: 'n1', streams })) };
      },
      async executorLog({ file, container }) {
        state.brought += 1;
        await writeFile(file, `of ${container}\n`);
        return true;
      },
    },
  });
  const files = filesOf(of);
  await makePrivateFolder(files.folder);
  return { kept, state, files, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test('executors are known by the driver’s log, and their logs are brought once', async () => {
  await using it = await make();
  await writeWord(it.files.ended, 'application_1_0001');
  const launching = (container: string, id: number) =>
    `INFO YarnAllocator: Launching container ${container} on host n1 for executor with ID ${id} for ResourceProfile\n`;
  await writeFile(
    it.files.stderr,
    launching('container_1_0001_01_000002', 1) + launching('container_1_0001_01_000003', 2),
  );
  expect(await it.kept.list(of)).toEqual([
    { id: '1', host: 'n1', streams },
    { id: '2', host: 'n1', streams },
    { id: 'container_1_0001_01_000009', host: 'n1', streams },
  ]);
  expect(await readFile(await it.kept.log(of, '2', 'stderr'), 'utf8')).toBe('of container_1_0001_01_000003\n');
  await it.kept.log(of, '2', 'stderr');
  expect([it.state.asked, it.state.brought]).toEqual([1, 1]);
  await expect(it.kept.log(of, '9', 'stderr')).rejects.toThrow(/kept no stderr of executor 9/);
});

test('what YARN is still collecting is asked for again', async () => {
  await using it = await make();
  await writeWord(it.files.ended, 'application_1_0001');
  it.state.late = true;
  await it.kept.list(of);
  await it.kept.list(of);
  expect(it.state.asked).toBe(2);
});

test('one that never ran, and a cluster that is away, are said', async () => {
  await using it = await make();
  await expect(it.kept.list(of)).rejects.toThrow(/has never run on YARN/);
  await writeWord(it.files.ended, 'application_1_0001');
  it.state.away = true;
  await expect(it.kept.list(of)).rejects.toThrow(/does not answer/);
});
