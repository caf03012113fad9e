import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileRig } from '../files.fixture.ts';

const dayMs = 86_400_000;
type Rig = Awaited<ReturnType<typeof fileRig>>;

/** What a run has left, so many days ago. */
function leave(it: Rig, path: string, days: number): void {
  const folder = join(it.project, 'Logs', path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'stdout.log'), 'x');
  const at = new Date(it.clock.now() - days * dayMs);
  for (const one of [join(folder, 'stdout.log'), folder]) utimesSync(one, at, at);
}
const left = (it: Rig, job: string) => readdirSync(join(it.project, 'Logs', job)).toSorted();
const rule = (it: Rig, logDays: number | null, logNewest: number) =>
  it.ask(it.ada, 'PUT', '/rules', { payload: { binDays: 30, logDays, logNewest } });

describe('logs of a project', () => {
  test('stay until an owner says how long they are kept; then the old go, but for the newest of each folder', async () => {
    await using it = await fileRig();
    for (const [path, days] of [
      ['etl/1', 90],
      ['etl/2', 60],
      ['etl/3', 40],
      ['etl/4', 5],
      ['rare/9', 300],
    ] as const)
      leave(it, path, days);
    await it.files.tidy();
    expect(left(it, 'etl')).toEqual(['1', '2', '3', '4']);
    await rule(it, 30, 2);
    await it.files.tidy();
    expect([left(it, 'etl'), left(it, 'rare')]).toEqual([['3', '4'], ['9']]);
    await rule(it, 30, 0);
    await it.files.tidy();
    expect([left(it, 'etl'), left(it, 'rare')]).toEqual([['4'], []]);
    expect(it.freed).toEqual([it.projectId, it.projectId]);
  });

  test('are not removed while a run is said to write them, however old they are', async () => {
    await using it = await fileRig({ logsInUse: async () => ['etl/1'] });
    leave(it, 'etl/1', 90);
    leave(it, 'etl/2', 90);
    await rule(it, 1, 0);
    await it.files.tidy();
    expect(left(it, 'etl')).toEqual(['1']);
  });

  test('are not removed while any process has them open or stands in them', async () => {
    await using it = await fileRig();
    for (const run of ['1', '2', '3']) leave(it, `etl/${run}`, 90);
    await rule(it, 1, 0);
    const logs = join(it.project, 'Logs/etl');
    const writer = spawn('sh', ['-c', 'exec 9>>1/stdout.log; cd 2; echo on; cat'], { cwd: logs });
    await once(writer.stdout, 'data');
    const at = new Date(it.clock.now() - 90 * dayMs);
    for (const one of ['1/stdout.log', '1']) utimesSync(join(logs, one), at, at);
    await it.files.tidy();
    expect(left(it, 'etl')).toEqual(['1', '2']);
    writer.stdin.end();
    await once(writer, 'exit');
    await it.files.tidy();
    expect(left(it, 'etl')).toEqual([]);
  });

  test('are removed below Logs alone: no link leads elsewhere', async () => {
    await using it = await fileRig({ openFiles: async () => new Set() });
    const outside = join(it.folder, 'outside');
    mkdirSync(join(outside, 'run'), { recursive: true });
    writeFileSync(join(outside, 'run/file'), 'x');
    const at = new Date(it.clock.now() - 90 * dayMs);
    for (const one of ['run/file', 'run', '']) utimesSync(join(outside, one), at, at);
    symlinkSync(outside, join(it.project, 'Logs/link'));
    leave(it, 'etl/1', 90);
    symlinkSync(outside, join(it.project, 'Logs/etl/1/link'));
    utimesSync(join(it.project, 'Logs/etl/1'), at, at);
    symlinkSync(join(outside, 'run'), join(it.project, 'Logs/etl/2'));
    await rule(it, 1, 0);
    await it.files.tidy();
    rmSync(join(it.project, 'Logs'), { recursive: true });
    symlinkSync(outside, join(it.project, 'Logs'));
    await it.files.tidy();
    expect(readdirSync(join(outside, 'run'))).toEqual(['file']);
  });
});
