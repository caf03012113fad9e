import { join } from 'node:path';
import { makePrivateFolder } from '../../lib/files.ts';
import type { BatchEngine, Engine, EventLogs } from '../engine.ts';
import type { LocalEngineOptions } from '../local/engine.ts';
import { createYarnEngine, type YarnEngine, type YarnOptions } from './engine.ts';
import { wordIn, writeWord } from './files.ts';
import { memberName } from './members.ts';

/**
 * YARN where applications run as the members whose they are: for each there is an engine of their own, which asks the cluster as that member. What needs nothing but
 * an application's id is asked as the platform's own user, which applications let see and end them.
 */
export function createYarnAsMembers(
  yarn: Omit<YarnOptions, 'proxyUser'>,
  { domain }: { readonly domain: string },
  options: Omit<LocalEngineOptions, 'sparkMaster' | 'cluster' | 'mustBeAble'>,
): YarnEngine {
  const own = createYarnEngine(yarn, options);
  const members = new Map<string, YarnEngine>();

  const as = (user: string): YarnEngine => {
    const made = members.get(user) ?? createYarnEngine({ ...yarn, proxyUser: user }, options);
    members.set(user, made);
    return made;
  };

  const folders = { session: options.sessionsFolder, batch: options.batchesFolder };
  const fileOf = (kind: 'session' | 'batch', id: number) => join(folders[kind], String(id), 'yarn-user');

  /** The engine that has started one; that of nobody in particular where none has. */
  const having = async (kind: 'session' | 'batch', id: number): Promise<Engine> => {
    const user = await wordIn(fileOf(kind, id));
    return (user === null ? own : as(user)).engine;
  };

  /** The engine that is to start one. Throws an `EngineError`. */
  const starting = async (kind: 'session' | 'batch', id: number, email: string | undefined): Promise<Engine> => {
    const user = memberName(email, { domain, user: yarn.user });
    await makePrivateFolder(join(folders[kind], String(id)));
    await writeWord(fileOf(kind, id), user);
    return as(user).engine;
  };

  const eventLogs = (kind: 'session' | 'batch', ofOwn: EventLogs, of: (engine: Engine) => EventLogs): EventLogs => ({
    ...ofOwn,
    limit: async (id, limits) => of(await having(kind, id)).limit(id, limits),
  });

  const batches: BatchEngine = {
    ...own.engine.batches,
    launch: async (spec, told, signal) =>
      (await starting('batch', spec.batchId, spec.ownerEmail)).batches.launch(spec, told, signal),
    find: async (id) => (await having('batch', id)).batches.find(id),
    exitOf: async (id) => (await having('batch', id)).batches.exitOf(id),
    clean: async (id) => (await having('batch', id)).batches.clean(id),
    eventLogs: eventLogs('batch', own.engine.batches.eventLogs, (engine) => engine.batches.eventLogs),
  };

  return {
    ...own,
    engine: {
      ...own.engine,
      launch: async (spec, told, signal) =>
        (await starting('session', spec.sessionId, spec.ownerEmail)).launch(spec, told, signal),
      find: async (id) => (await having('session', id)).find(id),
      clean: async (id) => (await having('session', id)).clean(id),
      eventLogs: eventLogs('session', own.engine.eventLogs, (engine) => engine.eventLogs),
      keptExecutors: {
        list: async (of) => (await having(of.kind, of.id)).keptExecutors?.list(of) ?? [],
        log: async (of, executor, stream) =>
          (await having(of.kind, of.id)).keptExecutors?.log(of, executor, stream) ?? '',
      },
      batches,
    },
    async close() {
      await Promise.all([own, ...members.values()].map((one) => one.close()));
    },
  };
}
