import { rm } from 'node:fs/promises';
import { makePrivateFolder } from '../../lib/files.ts';
import { appendLine } from '../../lib/log-file.ts';
import type { EventLogs } from '../engine.ts';
import { markTooLarge } from '../local/event-log.ts';
import { wordIn, writeWord, type YarnFiles } from './files.ts';
import type { Helper } from './helper.ts';
import { engineError, sentenceOf } from './sentences.ts';

export type YarnEventLogs = ReturnType<typeof createYarnEventLogs>;

/** Event logs that are written to the cluster's file system, each driver's into a folder of its own, and brought here at its end. */
export function createYarnEventLogs(options: {
  readonly helper: Pick<Helper, 'bringEvents' | 'limitEvents' | 'makeEvents'>;
  /** what those of one session or batch may take together; 0: there are none */
  readonly maxBytes: number;
  /** the folder on the cluster's file system; null: one in the home of the user */
  readonly folder: string | null;
}) {
  const { helper, maxBytes } = options;
  return {
    /** Makes the place of a driver that is about to start; null: it writes none. Throws an `EngineError`. */
    async prepare(files: YarnFiles, tag: string): Promise<string | null> {
      if (maxBytes === 0) return null;
      const place = await helper.makeEvents(options.folder, tag).catch((error: unknown) => {
        throw engineError(error, 'files');
      });
      await writeWord(files.events, place);
      return place;
    },

    /** Brings what an ended driver has written, and takes it away there. Says in its log where that fails. */
    async bring(files: YarnFiles): Promise<void> {
      const place = await wordIn(files.events);
      if (place === null) return;
      try {
        await makePrivateFolder(files.eventLogs);
        if (!(await helper.bringEvents(place, files.eventLogs, maxBytes))) {
          // It may have been noted before.
          await markTooLarge(files.eventLogs).catch(() => undefined);
        }
      } catch (error) {
        await appendLine(files.stderr, `emberlab: The event log did not come. ${sentenceOf(error, 'files')}`);
      }
      await rm(files.events, { force: true });
    },

    /** Those of an engine, which looks after the ones that are still written too. */
    around: (local: EventLogs, filesOf: (id: number) => YarnFiles): EventLogs => ({
      ...local,
      async limit(id, limits) {
        const files = filesOf(id);
        const place = limits.ended ? null : await wordIn(files.events);
        if (place === null) return local.limit(id, limits);
        const bytes = await helper.limitEvents(place, maxBytes);
        if (bytes <= maxBytes) return bytes > 0 ? 'kept' : 'none';
        await markTooLarge(files.eventLogs).catch(() => undefined);
        return 'too_large';
      },
    }),
  };
}
