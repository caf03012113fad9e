import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lightJobs } from './testing/light-jobs.ts';

describe('runs during which control is killed', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ember-runs-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Has a control plane begin runs, and ends it as a crash would. */
  async function begun(count: number, script: string): Promise<void> {
    const program = join(import.meta.dirname, 'testing/control.program.ts');
    const control = spawn(process.execPath, [program, folder, String(count), script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(control, 'exit');
    await Promise.race([once(createInterface(control.stdout), 'line'), ended]);
    control.kill('SIGKILL');
    await ended;
  }
  const started = (): string[] => {
    const file = join(folder, 'demo/started');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  const untilGo = 'echo "$EMBERLAB_EXECUTION_ID" >>started; until [ -e go ]; do sleep 0.05; done;';

  it('go on, are taken over, and end as they would have, each begun once', async () => {
    await begun(4, `${untilGo} exit $((EMBERLAB_EXECUTION_ID % 2))`);
    await using light = await lightJobs(folder);
    light.jobs.start();
    await light.jobs.reconcile();
    expect((await light.states()).map(([, state]) => state)).toEqual(Array(4).fill('running'));
    light.say('go');
    await light.reach('succeeded', 'failed');
    expect(await light.states()).toEqual([
      [1, 'failed'],
      [2, 'succeeded'],
      [3, 'failed'],
      [4, 'succeeded'],
    ]);
    expect(started().toSorted()).toEqual(['1', '2', '3', '4']);
    expect(light.left([1, 2, 3, 4])).toEqual([]);
    expect(light.errors).toEqual([]);
  }, 60_000);

  it('that end while nobody looks are told with how they ended', async () => {
    await begun(2, `${untilGo} echo bye; exit $((EMBERLAB_EXECUTION_ID % 2))`);
    await using light = await lightJobs(folder);
    light.say('go');
    const ends = async (id: number) => (await light.spawner.runOf(`run-${id}`)).exitCode;
    await expect.poll(async () => [await ends(1), await ends(2)], { timeout: 20_000 }).toEqual([1, 0]);
    await light.jobs.reconcile();
    await light.reach('succeeded', 'failed');
    expect((await light.states()).map(([, state]) => state)).toEqual(['failed', 'succeeded']);
  }, 60_000);

  it('that are gone with the machine are lost, and are not begun again', async () => {
    await begun(1, untilGo);
    await using light = await lightJobs(folder);
    const { begun: leader } = await light.spawner.runOf('run-1');
    process.kill(-(leader?.pid ?? 0), 'SIGKILL');
    light.jobs.start();
    await light.reach('lost');
    expect(started()).toEqual(['1']);
    expect(light.left([1])).toEqual([]);
  }, 60_000);

  it('can be stopped by the next one', async () => {
    await begun(1, untilGo);
    await using light = await lightJobs(folder);
    light.jobs.start();
    await light.jobs.stopExecution(1, 'asked');
    await light.reach('stopped');
    expect(light.left([1])).toEqual([]);
  }, 60_000);
});
