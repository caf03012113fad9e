import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify, isAlive, signalGroup, spawnDetached } from './process.ts';

describe('detached processes', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-process-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = (script: string) =>
    spawnDetached({
      file: '/bin/sh',
      args: ['-c', script],
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', ONLY: 'this' },
      stdoutFile: join(folder, 'out'),
      stderrFile: join(folder, 'err'),
    });

  it('runs with the given environment alone and writes to its files', async () => {
    const { exited } = await start('env; echo oops >&2; exit 3');
    await expect(exited).resolves.toEqual({ code: 3, signal: null });
    expect(readFileSync(join(folder, 'out'), 'utf8')).toContain('ONLY=this');
    expect(readFileSync(join(folder, 'out'), 'utf8')).not.toContain('HOME=');
    expect(readFileSync(join(folder, 'err'), 'utf8')).toBe('oops\n');
  });

  it('ends the whole group', async () => {
    // The grandchild keeps the pipe's other end open: the read ends when the last of the group is gone.
    const { identity, exited } = await start('sleep 1000 & echo $! ; wait');
    await expect.poll(() => readFileSync(join(folder, 'out'), 'utf8')).toMatch(/^\d+\n$/);
    const child = identify(Number(readFileSync(join(folder, 'out'), 'utf8')));
    expect(child).not.toBeNull();
    expect(isAlive(identity)).toBe(true);
    expect(signalGroup(identity, 'SIGKILL')).toBe(true);
    await expect(exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => child !== null && isAlive(child)).toBe(false);
    expect(isAlive(identity)).toBe(false);
  });

  it('does not take another process with the same pid for it', async () => {
    const self = identify(process.pid);
    expect(self).not.toBeNull();
    if (self === null) return;
    const impostor = { ...self, startTicks: '1' };
    expect(isAlive(self)).toBe(true);
    expect(isAlive(impostor)).toBe(false);
    const signalled = once(process, 'SIGUSR2');
    expect(signalGroup(impostor, 'SIGUSR2')).toBe(false);
    process.kill(process.pid, 'SIGUSR2');
    await signalled;
  });

  it('fails for a program that is not there', async () => {
    await expect(
      spawnDetached({
        file: '/no/such/program',
        args: [],
        cwd: folder,
        env: {},
        stdoutFile: join(folder, 'o'),
        stderrFile: join(folder, 'o'),
      }),
    ).rejects.toThrow(/ENOENT/);
  });
});
