import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfiguration, type Server } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import { migrate } from '../../db/migrate.ts';
import type { Database } from '../../db/schema.ts';
import { openSqlite } from '../../db/sqlite/open.ts';
import type { Target } from '../../edge/protocol.ts';
import type { ProjectChange } from '../../http/project-events.ts';
import { createBus } from '../../lib/bus.ts';
import { systemClock, type Clock } from '../../lib/clock.ts';
import { findCgroups } from '../../spawners/local/cgroups.ts';
import { processesOf } from '../../spawners/local/processes.ts';
import { createLocalSpawner } from '../../spawners/local/spawner.ts';
import { seedProject, seedRevision, seedUser } from '../../testing/database.ts';
import { testLimits } from '../../testing/limits.ts';
import { testProfiles } from '../../testing/profiles.ts';
import { createServers, type ServersDeps } from './index.ts';
import type { Whose } from './service.ts';

const program = join(import.meta.dirname, 'light-jupyter.program.ts');
const later = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Resolves once `check` holds; the test's own timeout is the limit. */
export async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await check())) await later();
}

export const makeLightFolder = () => mkdtemp(join(tmpdir(), 'ember-light-'));

/**
 * The servers feature with real processes, sockets, logs and, where this machine lets us make them, groups, of a light program in Jupyter's place.
 * Opened a second time with the same folder it finds what the first has left.
 */
export async function lightServers(
  folder: string,
  options: {
    clock?: Clock;
    startLimit?: number;
    /** what is real of the parts around the feature, on this database */
    around?: (db: Kysely<Database>) => Partial<ServersDeps>;
  } = {},
) {
  const { clock = systemClock, startLimit = 2 } = options;
  const db = openSqlite(join(folder, 'emberlab.db'));
  await migrate(db);
  const paths = { servers: join(folder, 'servers'), run: join(folder, 'run') };
  const projectFolder = join(folder, 'demo');
  mkdirSync(projectFolder, { recursive: true });
  const python = join(folder, 'python');
  writeFileSync(python, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(python, 0o755);
  const cgroups = findCgroups({ name: `emberlab-test-${folder.split('-').at(-1)}` });
  const config = { dataDir: folder, paths, serverLogBytes: 1024 ** 2 };
  const spawner = createLocalSpawner({ clock, config, cgroups });
  const targets = new Map<string, Target>();
  const errors: unknown[] = [];
  const servers = createServers({
    db,
    clock,
    config: {
      host: '127.0.0.1',
      port: 8080,
      publicOrigin: 'http://localhost:8080',
      appsOrigin: 'http://{id}.localhost:8080',
      serverLimits: { memoryMb: 512, cores: 2 },
      serverLogsKept: 2,
      serverStartLimit: startLimit,
      serverStartTimeoutMs: 60_000,
      serverTime: { hours: 6, mostHours: 24, mayBeUnlimited: false, idleMinutes: 0 },
      sessionStartTimeoutMs: 60_000,
    },
    bus: createBus<ProjectChange>((error) => errors.push(error)),
    log: { info: () => undefined, warn: () => undefined, error: (details) => void errors.push(details['err']) },
    targets: {
      put: (target) => void targets.set(target.id, target),
      remove: async (id) => void targets.delete(id),
    },
    tickets: { issue: async () => 'http://x.localhost' },
    spawner,
    environments: {
      pythonFor: async () => ({ python, revisionId: 'revision1', number: 1 }),
      whyNone: async () => null,
    },
    configurations: {
      get: async () => defaultConfiguration,
      save: async (_, value) => value,
      mustBeRight: async () => undefined,
    },
    profiles: testProfiles(),
    notebooks: {
      note: async () => undefined,
      configurationOf: async () => defaultConfiguration,
    },
    projects: { nameOf: async () => 'demo', folderOf: () => projectFolder, touch: async () => undefined },
    labExtensions: folder,
    limits: testLimits(db, clock, () => [servers.limited]),
    tokens: { issueForServer: async () => 'ember_server_secret', revokeForServer: async () => undefined },
    hasSparkR: async () => false,
    stopSessionsOf: async () => undefined,
    busySessionOf: async () => null,
    busySessions: async () => new Map(),
    sessionsOf: async () => [],
    stopSession: async () => undefined,
    platformEnv: { PATH: process.env['PATH'] },
    ...options.around?.(db),
  });

  const get = (whose: Whose): Promise<Server> => servers.service.get(whose);
  return {
    db,
    servers,
    spawner,
    targets,
    errors,
    get,
    /** Puts the whole file in its place at once: the program never reads a part of it. */
    say: (name: string, text: string) => {
      const file = join(projectFolder, name);
      writeFileSync(`${file}.part`, text);
      renameSync(`${file}.part`, file);
    },
    read(name: string): string {
      const path = join(projectFolder, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    /** So many members, each with a project's server of their own to come. */
    async members(count: number): Promise<Whose[]> {
      const first = await seedUser(db, 'member0@example.org');
      const projectId = await seedProject(db, first);
      await seedRevision(db, projectId);
      const others = Array.from({ length: count - 1 }, (_, index) => seedUser(db, `member${index + 1}@example.org`));
      return [first, ...(await Promise.all(others))].map((userId) => ({ projectId, userId }));
    },
    reach: (whose: Whose, state: Server['state']) => until(async () => (await get(whose)).state === state),
    /** What is left of ended servers on this machine, logs apart. */
    left(ids: readonly string[]): string[] {
      const inFolder = (path: string) => (existsSync(path) ? readdirSync(path) : []);
      return [
        ...ids.flatMap((id) => processesOf(join(paths.servers, id)).map(({ pid }) => `process ${pid}`)),
        ...ids.flatMap((id) => cgroups?.foldersOf(id).filter((one) => existsSync(one)) ?? []),
        ...inFolder(join(paths.run, 's')),
        ...inFolder(join(paths.run, 'groups')),
        ...ids.flatMap((id) => inFolder(join(paths.servers, id))).filter((name) => name !== 'server.log'),
      ];
    },
    async close() {
      await servers.close();
      await db.destroy();
    },
    /** Ends everything there is. */
    async [Symbol.asyncDispose]() {
      await servers.close();
      for (const { id } of await db.selectFrom('servers').select('id').execute()) {
        await spawner.stop(id, null);
        await spawner.clean(id);
      }
      await db.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
