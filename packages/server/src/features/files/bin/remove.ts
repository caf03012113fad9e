import { execa } from 'execa';
import { placeFor } from '../tree/make.ts';
import type { Held } from '../tree/walk.ts';

const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** Plain names alone: they become words of a command. */
const plain = /^[a-z0-9]{8,40}$/;

/**
 * Removes something with all that is in it, by its name in a held folder. As `removeTree`, rm(1) never leaves the folders that it has opened, whatever
 * takes their place meanwhile.
 */
export async function removeWithin(folder: Held, name: string): Promise<void> {
  if (!plain.test(name)) throw new Error(`${name} is no name of ours`);
  const run = (program: string, args: readonly string[]) =>
    execa(program, [...args, '--', name], { cwd: placeFor(folder), env, extendEnv: false });
  const remove = () => run('/bin/rm', ['-rf', '--one-file-system']);
  try {
    await remove();
  } catch (error) {
    // Folders that members have closed to us. Nothing is closed to root, who must not change modes where members could put links.
    if (process.getuid?.() === 0) throw error;
    await run('/bin/chmod', ['-R', 'u+rwX']);
    await remove();
  }
}

/** The room that something in a held folder takes, bytes; null: it could not be measured in a moment. */
export async function roomOf(folder: Held, name: string): Promise<number | null> {
  const measured = await execa('du', ['-s', '-k', '-x', '--', name], {
    cwd: placeFor(folder),
    env,
    extendEnv: false,
    reject: false,
    timeout: 2000,
    stderr: 'ignore',
  });
  const kilobytes = /^(\d+)\t/.exec(measured.stdout)?.[1];
  return kilobytes === undefined || measured.timedOut ? null : Number(kilobytes) * 1024;
}
