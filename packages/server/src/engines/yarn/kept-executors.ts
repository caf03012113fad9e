import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder } from '../../lib/files.ts';
import { EngineError, type DriverOf, type KeptExecutor, type KeptExecutors } from '../engine.ts';
import { wordIn, type YarnFiles } from './files.ts';
import type { Helper } from './helper.ts';
import { engineError } from './sentences.ts';

/** What is brought of each log. */
const bytes = 16 * 1024 ** 2;
/** Applications whose executors are remembered. */
const mostKnown = 100;

type Known = KeptExecutor & { readonly container: string };

/** The executors of ended applications, from YARN's collected logs: read when somebody asks, as long as YARN keeps them. */
export function createKeptExecutors({
  helper,
  filesOf,
}: {
  readonly helper: Pick<Helper, 'executorLog' | 'executors'>;
  filesOf(of: DriverOf): YarnFiles;
}): KeptExecutors {
  const known = new Map<string, readonly Known[]>();

  const applicationOf = async (files: YarnFiles): Promise<string> => {
    const application = (await wordIn(files.ended)) ?? (await wordIn(files.application));
    if (application === null) throw new EngineError('This application has never run on YARN, so it had no executors.');
    return application;
  };

  const listOf = async (of: DriverOf): Promise<readonly Known[]> => {
    const files = filesOf(of);
    const application = await applicationOf(files);
    const before = known.get(application);
    if (before !== undefined) return before;
    const { containers, late } = await helper.executors(application).catch((error: unknown) => {
      throw engineError(error, 'files');
    });
    const ids = executorsIn(await readFile(files.stderr, 'utf8').catch(() => ''));
    const all = containers
      .map(({ container, host, streams }) => ({ id: ids.get(container) ?? container, host, streams, container }))
      .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
    if (!late) known.set(application, all);
    for (const oldest of known.keys()) if (known.size > mostKnown) known.delete(oldest);
    return all;
  };

  return {
    list: async (of) => (await listOf(of)).map(({ id, host, streams }) => ({ id, host, streams })),

    async log(of, executor, stream) {
      const files = filesOf(of);
      const one = (await listOf(of)).find(({ id }) => id === executor);
      if (one === undefined || !one.streams.includes(stream)) {
        throw new EngineError(`YARN has kept no ${stream} of executor ${executor}.`);
      }
      const file = join(files.executors, `${one.container}.${stream}`);
      if ((await stat(file).catch(() => null)) !== null) return file;
      await makePrivateFolder(files.executors);
      const { container } = one;
      const application = await applicationOf(files);
      const came = await helper.executorLog({ application, container, stream, file, bytes }).catch((error: unknown) => {
        throw engineError(error, 'files');
      });
      if (!came) throw new EngineError(`YARN has kept no ${stream} of executor ${executor} any more.`);
      return file;
    },
  };
}

/** Which executor ran in which container, by the driver's log. */
const executorsIn = (log: string): ReadonlyMap<string, string> =>
  new Map(
    [...log.matchAll(/Launching container (container_\w+) on host \S+ for executor with ID (\d+)/g)].flatMap(
      ([, container, id]) => (container === undefined || id === undefined ? [] : [[container, id] as const]),
    ),
  );
