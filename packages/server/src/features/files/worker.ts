import type { Log } from '../../lib/log.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { BinService } from './bin/service.ts';
import type { createLogTidying } from './logs/service.ts';
import type { RuleStore } from './rules.ts';
import type { Tree } from './tree/walk.ts';
import type { Uploads } from './uploads/service.ts';

const everyMs = 3_600_000;

/** Removes what is kept no longer: what lay in bins long enough, logs that are old, uploads that nobody goes on with. */
export function createFileWorker(deps: {
  rules: RuleStore;
  bin: Pick<BinService, 'tidy'>;
  logs: ReturnType<typeof createLogTidying>;
  uploads: Pick<Uploads, 'tidy'>;
  /** the folder of a project by its name, absolute */
  folderOf(projectName: string): string;
  log: Log;
}) {
  const { rules, bin, logs, uploads, log } = deps;
  let loop: ReturnType<typeof createLoop> | null = null;

  async function tidyOne({ id, name }: { id: string; name: string }): Promise<void> {
    // We act for nobody: what goes is decided by rules alone.
    const tree: Tree = { root: deps.folderOf(name), who: null };
    const parts = [
      () => bin.tidy(tree, id),
      () => uploads.tidy(tree, id),
      async () => logs.tidy(tree, id, await rules.of(id)),
    ];
    for (const part of parts) {
      await part().catch((error: unknown) =>
        log.warn({ err: error, project: id }, 'old files of a project could not be removed; it is tried again'),
      );
    }
  }

  async function step(signal?: AbortSignal): Promise<void> {
    for (const project of await rules.projects()) {
      if (signal?.aborted === true) return;
      await tidyOne(project);
    }
  }

  return {
    /** Does all that is due, and resolves when that is done. */
    step,
    start(): void {
      const onError = (error: unknown) =>
        log.error({ err: error }, 'old files could not be removed; it is tried again');
      loop = createLoop({ step, intervalMs: everyMs, onError });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}
