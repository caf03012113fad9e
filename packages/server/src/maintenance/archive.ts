import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { FatalError } from '../supervise/messages.ts';

/** tar's exit code for files that changed or went while they were read: what is there is a state of each, which is all that a running system has. */
const someDiffer = 1;

/** What tar says last, for people. */
const said = (stderr: unknown): string => String(stderr).trim().split('\n').at(-1) ?? '';

/** Puts a folder into an archive, with owners, modes, links and holes. Answers whether files changed meanwhile. */
export async function pack(parent: string, name: string, archive: string): Promise<{ changed: boolean }> {
  const options = ['--create', '--sparse', '--numeric-owner', '--one-file-system', `--file=${archive}`];
  const { exitCode, failed, stderr } = await execa('tar', [...options, `--directory=${parent}`, '--', name], {
    reject: false,
    env: { LC_ALL: 'C' },
  });
  if (failed && exitCode !== someDiffer) throw new FatalError(`The files could not be packed: ${said(stderr)}`);
  return { changed: exitCode === someDiffer };
}

/** Unpacks an archive into a folder; owners as root alone. */
export async function unpack(archive: string, folder: string): Promise<void> {
  const options = ['--extract', '--preserve-permissions', '--numeric-owner', '--delay-directory-restore'];
  const { failed, stderr } = await execa('tar', [...options, `--file=${archive}`, `--directory=${folder}`], {
    reject: false,
    env: { LC_ALL: 'C' },
  });
  if (failed) throw new FatalError(`The files could not be unpacked: ${said(stderr)}`);
}

/** Reads an archive to its end, name by name. Throws a `FatalError` when it is damaged. */
export async function listArchive(archive: string, take: (path: string) => void): Promise<void> {
  const child = execa('tar', ['--list', '--quoting-style=escape', `--file=${archive}`], {
    reject: false,
    buffer: { stdout: false },
    env: { LC_ALL: 'C' },
  });
  for await (const line of createInterface({ input: child.stdout })) take(line);
  const { failed, stderr } = await child;
  if (failed) throw new FatalError(`${archive} is damaged: ${said(stderr)}`);
}
