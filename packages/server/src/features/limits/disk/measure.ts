import { lstat } from 'node:fs/promises';
import { execa } from 'execa';

/** Longer than any tree takes that can be looked after this way, ms. */
const mostMs = 30 * 60_000;

export type Measured = {
  readonly bytes: number;
  readonly children: ReadonlyMap<string, number>;
  /** false: something in it could not be read, so it takes at least so much */
  readonly whole: boolean;
};

/**
 * Measures the room that a folder takes, and with `children`, which says whose names are wanted, that of folders right in it by their names. Empty where
 * there is no such folder.
 */
export type Measure = (
  folder: string,
  options: { readonly signal: AbortSignal; readonly children: ((name: string) => boolean) | null },
) => Promise<Measured>;

/**
 * With `du`, in a process of its own and behind everything else, so that nobody waits for it however many files there are. Links are not followed, other
 * file systems are not entered. What it says is read line by line, and of folders that nobody wants nothing is kept: members make as many as they like.
 */
export const measureWithDu: Measure = async (folder, { signal, children: wanted }) => {
  const children = new Map<string, number>();
  const isThere = await lstat(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (!isThere) return { bytes: 0, children, whole: true };
  const depth = wanted === null ? ['-s'] : ['-d', '1'];
  const du = execa('nice', ['-n', '19', 'du', '-k', '-x', ...depth, '--', folder], {
    reject: false,
    buffer: false,
    cancelSignal: signal,
    timeout: mostMs,
    stderr: 'ignore',
    env: { LC_ALL: 'C' },
  });
  let bytes: number | null = null;
  for await (const line of du) {
    const [, kilobytes, path] = /^(\d+)\t(.*)$/.exec(line) ?? [];
    if (kilobytes === undefined || path === undefined) continue;
    if (path === folder) bytes = Number(kilobytes) * 1024;
    else if (path.startsWith(`${folder}/`)) {
      const name = path.slice(folder.length + 1);
      if (wanted?.(name) === true) children.set(name, Number(kilobytes) * 1024);
    }
  }
  const { exitCode } = await du;
  signal.throwIfAborted();
  // 1: something could not be read. Without a sum it did not come to its end.
  if (bytes === null || (exitCode !== 0 && exitCode !== 1)) throw new Error(`du ended with ${String(exitCode)}`);
  return { bytes, children, whole: exitCode === 0 };
};
