import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

/** A disk with so little room, in the place of a folder; null: this machine doesn't let us. */
export function smallDisk(folder: string, kilobytes: number): Disposable | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=755`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  return { [Symbol.dispose]: () => void execFileSync('umount', ['-l', folder]) };
}

/** Whether this machine lets us have one. */
export const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-mount-'));
  const disk = smallDisk(folder, 64);
  disk?.[Symbol.dispose]();
  rmSync(folder, { recursive: true });
  return disk !== null;
})();

/** Takes all the room that is left on a small disk, with this file. */
export function fill(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(4 * 1024 ** 2));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  }
}
