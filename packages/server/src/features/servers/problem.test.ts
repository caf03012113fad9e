import { describe, expect, it } from 'vitest';
import { errorLine, neverAnswered, processEnded } from './problem.ts';

const exit = { code: 1, signal: null };

describe('why a server ended', () => {
  it.each([
    [['OSError: [Errno 28] No space left on device'], 'The disk is full.'],
    [["ModuleNotFoundError: No module named 'jupyterlab'"], 'The Python environment lacks jupyterlab.'],
    [
      ['importlib.metadata.PackageNotFoundError: No package metadata was found for jupyter_server'],
      'The Python environment lacks jupyter_server.',
    ],
    [['MemoryError'], 'The memory of this machine ran out.'],
    [
      ['[C 2026-01-01 10:00:00.123 ServerApp] Bad config encountered during initialization: x'],
      'Jupyter ended before it answered (exit code 1): Bad config encountered during initialization: x.',
    ],
    [[], 'Jupyter ended before it answered (exit code 1).'],
  ])('reads %j', (log, message) => {
    expect(processEnded({ exit, answered: false, log }).message).toBe(message);
  });

  it('says that the limit was too small where that is so', () => {
    const limits = { memoryMb: 1536, cores: null, by: 'rlimit' } as const;
    const out = (options: Partial<Parameters<typeof processEnded>[0]>) =>
      processEnded({ exit, answered: true, log: [], limits, ...options }).message;
    expect(out({ log: ['MemoryError'] })).toBe(
      'Jupyter was ended because its memory ran out: the limit of each of its processes is 1536 MB.',
    );
    expect(out({ exit: null, limits: { ...limits, by: 'cgroup' }, tookTooMuch: true })).toBe(
      'Jupyter was ended because its memory ran out: the limit is 1536 MB.',
    );
    expect(out({ limits: { ...limits, by: 'cgroup' }, tookTooMuch: true })).toBe('Jupyter ended (exit code 1).');
    expect(out({ log: ['MemoryError'], limits: { ...limits, memoryMb: null } })).toBe(
      'The memory of this machine ran out.',
    );
  });

  it('tells a wanted end, a kill and an unseen end apart', () => {
    const ends = [
      { code: 0, signal: null },
      { code: null, signal: 'SIGKILL' },
      { code: null, signal: 'SIGSEGV' },
      null,
    ];
    expect(ends.map((one) => processEnded({ exit: one, answered: true, log: [] }).message)).toEqual([
      'Jupyter was shut down from within.',
      'Jupyter was killed by the system (SIGKILL), most often because the memory ran out.',
      'Jupyter ended (by the signal SIGSEGV).',
      'Jupyter ended (while Emberlab was not looking).',
    ]);
  });

  it('takes the last line that looks like an error', () => {
    expect(errorLine(['KeyError: 1', 'ok', 'a.b.SomeError: 2', '[W x] y'])).toBe('a.b.SomeError: 2');
    expect(errorLine(['all is well', ' Error: indented'])).toBeNull();
    expect(errorLine([`ValueError: ${'x'.repeat(1000)}`])?.length).toBe(300);
  });

  it('names the setting behind a timeout', () => {
    expect(neverAnswered(120, []).remedy).toContain('server_start_timeout_seconds');
  });
});
