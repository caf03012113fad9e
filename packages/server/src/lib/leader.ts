import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPlain } from './plain-file.ts';
import type { ProcessIdentity } from './process.ts';

/**
 * The program around a command that runs once, the leader of its processes. It sets the umask, writes down who it is and, at the end, how that was: a
 * control plane that was away finds both. The room for both is taken before, and written to in place: a disk that is full by then hides no end. Where even that
 * can't be had nothing is run, since the same would be begun again. SIGTERM is for the child; the leader stays to see its end. `$0` is the folder, `$1` the
 * mask, and the rest the command.
 */
const program = [
  'umask "$1"; shift; trap : TERM',
  'IFS= read -r stat </proc/$$/stat && printf "%s\\n" "$stat" 1<>"$0/process" && printf "    " 1<>"$0/.exit" || exit 1',
  '"$@"; code=$?',
  'printf "%s\\n" "$code" 1<>"$0/.exit" && mv "$0/.exit" "$0/exit"; exit "$code"',
].join('; ');

/** What the leader writes into its folder. */
export const leaderFiles = ['process', 'exit', '.exit'] as const;

/** Takes the room on the disk that a leader needs. Throws where there is none. */
export async function makeRoomForLeader(folder: string): Promise<void> {
  for (const name of ['process', '.exit']) await writeFile(join(folder, name), ' '.repeat(1024), { mode: 0o600 });
}

/** A command behind its leader, which writes into `folder`: one of ours, that nobody else changes. */
export const behindLeader = (
  command: { readonly file: string; readonly args: readonly string[] },
  { folder, umask }: { folder: string; umask: string },
): { file: string; args: readonly string[] } => ({
  file: '/bin/sh',
  args: ['-c', program, folder, umask, command.file, ...command.args],
});

/** A little file of the leader's; empty when there is none. */
async function read(path: string): Promise<string> {
  const file = await openPlain(path, 'read');
  if (file === null) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await file.close();
  }
}

/** The leader that has run in a folder, alive or not; null: none has begun. */
export const leaderIn = async (folder: string): Promise<ProcessIdentity | null> =>
  identityOf(await read(join(folder, 'process')));

/** With which exit code its command has ended; null: it has not, or nobody could tell. */
export async function exitCodeIn(folder: string): Promise<number | null> {
  const text = (await read(join(folder, 'exit'))).trim();
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** The identity in a copy of `/proc/self/stat` that a process made of itself; null when the text is not one. */
export function identityOf(stat: string): ProcessIdentity | null {
  const pid = Number.parseInt(stat, 10);
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return Number.isInteger(pid) && startTicks !== undefined ? { pid, startTicks } : null;
}
