import { execa } from 'execa';
import { FatalError } from '../supervise/messages.ts';

/** One thing that set-up makes. `needed` is quick; `run` makes all of it or nothing. */
export type Step = { title: string; needed: () => Promise<boolean>; run: () => Promise<void> };

/** Runs a command; a failure becomes a `FatalError` with the remedy, if one is known, and its last lines. */
export async function run(
  what: string,
  file: string,
  args: readonly string[],
  { cwd, remedy }: { cwd?: string; remedy?: string } = {},
): Promise<void> {
  const result = await execa(file, args, {
    ...(cwd === undefined ? {} : { cwd }),
    reject: false,
    all: true,
    stdin: 'ignore',
  });
  if (!result.failed) return;
  const tail = (result.all ?? result.shortMessage ?? '').trim().split('\n').slice(-5).join('\n');
  throw new FatalError(
    `${[`${what} failed.`, ...(remedy === undefined ? [] : [remedy]), 'It said:'].join(' ')}\n${tail}`,
  );
}
