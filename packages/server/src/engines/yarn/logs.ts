import { readFile, rename, rm, stat } from 'node:fs/promises';
import { delay, type Clock } from '../../lib/clock.ts';
import { appendLine } from '../../lib/log-file.ts';
import type { YarnFiles } from './files.ts';
import type { Helper } from './helper.ts';
import { sentenceOf } from './sentences.ts';

/** What is brought of each log of an ended driver. */
const bytes = 16 * 1024 ** 2;
/** For so long what YARN collects late is waited for. */
const lateMs = 5 * 60_000;
const lateEveryMs = 10_000;

type LogFiles = Pick<YarnFiles, 'stdout' | 'stderr'>;

export type YarnLogs = ReturnType<typeof createLogs>;

/** The output of ended drivers, from YARN's collected logs. */
export function createLogs({ clock, helper }: { readonly clock: Clock; readonly helper: Pick<Helper, 'finish'> }) {
  const closed = new AbortController();

  /** Asks until YARN has all, or for some minutes. What we have written below a log meanwhile stays there. */
  const bringLate = async (application: string, files: LogFiles): Promise<void> => {
    const fresh = { stdout: `${files.stdout}.late`, stderr: `${files.stderr}.late` };
    for (const until = clock.now() + lateMs; clock.now() < until;) {
      await delay(clock, lateEveryMs, closed.signal);
      const streams = { stdout: { file: fresh.stdout, bytes }, stderr: { file: fresh.stderr, bytes } };
      const { late } = await helper.finish(application, streams, { seconds: 0 }).catch(() => ({ late: true }));
      for (const stream of ['stdout', 'stderr'] as const) await putInPlace(fresh[stream], files[stream]);
      if (!late) return;
    }
  };

  return {
    /** Brings what YARN has kept of an ended driver's output, and takes away what its start has left on the cluster. Says in the log where that fails. */
    async bring(application: string, files: LogFiles): Promise<void> {
      const { stdout, stderr } = files;
      const late = await helper
        .finish(application, { stdout: { file: stdout, bytes }, stderr: { file: stderr, bytes } })
        .then(
          (finished) => finished.late,
          async (error: unknown) => {
            await appendLine(stderr, `emberlab: The rest of this log did not come. ${sentenceOf(error, 'files')}`);
            return false;
          },
        );
      // Nobody waits for machines that take minutes.
      if (late) void bringLate(application, files).catch(() => undefined);
    },

    close: () => closed.abort(),
  };
}

/** Puts what came late into the place of what was there, unless it is less, with our own lines below. */
async function putInPlace(fresh: string, file: string): Promise<void> {
  const sizeOf = async (path: string) => (await stat(path).catch(() => null))?.size ?? -1;
  const text = await readFile(file, 'utf8').catch(() => '');
  const own = text.split('\n').filter((line) => line.startsWith('emberlab: '));
  const others = Buffer.byteLength(text) - Buffer.byteLength(own.map((line) => `${line}\n`).join(''));
  if ((await sizeOf(fresh)) < others) return rm(fresh, { force: true });
  for (const line of own) await appendLine(fresh, line);
  if ((await sizeOf(fresh)) >= 0) await rename(fresh, file);
}
