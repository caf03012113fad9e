import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planeName } from '../db/plane-name.ts';
import { systemClock } from '../lib/clock.ts';
import { identify } from '../lib/process.ts';
import { leaderHere, ownBuild, succeedLeader } from './leader-note.ts';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'emberlab-leader-'));
});
afterEach(() => rmSync(run, { recursive: true }));
const config = () => ({ paths: { run } }) as Parameters<typeof leaderHere>[0];

/** A process that leads, and does nothing. */
function startFormer() {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  writeFileSync(join(run, 'leader.json'), JSON.stringify({ ...identify(child.pid ?? 0), name: 'former', build: 'x' }));
  return { child, ended };
}

const own = () => ({ ...identify(process.pid), name: planeName(), build: ownBuild });

it('nobody leads where nobody has; then the one that has written it down', async () => {
  expect(await leaderHere(config())).toBeNull();
  await succeedLeader(config(), systemClock);
  expect(await leaderHere(config())).toEqual(own());
  await succeedLeader(config(), systemClock);
  expect(await leaderHere(config())).toEqual(own());
});

it('one that still ends is waited for', async () => {
  const { child, ended } = startFormer();
  const done = succeedLeader(config(), systemClock);
  expect(await leaderHere(config())).toMatchObject({ name: 'former' });
  child.kill('SIGTERM');
  expect(await ended).toEqual([null, 'SIGTERM']);
  await done;
  expect(await leaderHere(config())).toEqual(own());
});

it('one that stands still is killed before another leads', async () => {
  const { child, ended } = startFormer();
  child.kill('SIGSTOP');
  await succeedLeader(config(), systemClock);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(await leaderHere(config())).toEqual(own());
});
