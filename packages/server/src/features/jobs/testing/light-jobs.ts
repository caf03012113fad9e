import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from '@emberlab/contract';
import { defaultPythonConfiguration } from '@emberlab/contract';
import { migrate } from '../../../db/migrate.ts';
import { openSqlite } from '../../../db/sqlite/open.ts';
import type { ProjectChange } from '../../../http/project-events.ts';
import { createBus } from '../../../lib/bus.ts';
import { systemClock } from '../../../lib/clock.ts';
import { leaderFiles } from '../../../lib/leader.ts';
import { processesOf } from '../../../spawners/local/processes.ts';
import { createLocalSpawner } from '../../../spawners/local/spawner.ts';
import { seedProject, seedUser } from '../../../testing/database.ts';
import { testLimits } from '../../../testing/limits.ts';
import { createJobs } from '../index.ts';
import { createJobStore } from '../store.ts';
import { fakeNotebooks, fakePrograms } from './fake-programs.ts';

/**
 * Jobs of Python programs with real processes, of a shell in Python's place, on a database in a file. Opened a second time with the same folder it finds
 * what the first has left.
 */
export async function lightJobs(folder: string) {
  const db = openSqlite(join(folder, 'emberlab.db'));
  await migrate(db);
  const clock = systemClock;
  const projectFolder = join(folder, 'demo');
  mkdirSync(projectFolder, { recursive: true });
  const python = join(folder, 'python');
  writeFileSync(python, '#!/bin/sh\nexec /bin/sh "$@"\n');
  chmodSync(python, 0o755);
  const spawner = createLocalSpawner({
    clock,
    config: {
      dataDir: folder,
      serverLogBytes: 1024 ** 2,
      paths: { servers: join(folder, 'runs'), run: join(folder, 'run') },
    },
    cgroups: null,
  });
  const errors: unknown[] = [];
  const jobs = createJobs({
    db,
    clock,
    bus: createBus<ProjectChange>((error) => errors.push(error)),
    log: { info: () => undefined, warn: () => undefined, error: (details) => void errors.push(details['err']) },
    tickets: { issue: async () => '' },
    config: {
      jobRunLimit: 100,
      runsKept: { most: 1000, ms: null },
      host: '127.0.0.1',
      port: 8080,
      serverLimits: { memoryMb: null, cores: null },
      sessionStartTimeoutMs: 60_000,
    },
    spawner,
    programs: fakePrograms(join(folder, 'drivers')).programs,
    notebooks: fakeNotebooks(),
    tokens: { issueForRun: async () => 'ember_run_secret', revokeForRun: async () => undefined },
    hasLivy: async () => false,
    hasSparkR: async () => false,
    environments: {
      pythonFor: async () => ({ python, revisionId: 'revision1', number: 1 }),
      pythonAt: async () => ({ python, revisionId: 'revision1', number: 1 }),
      whyNone: async () => null,
    },
    configurations: {
      defaults: async () => ({
        jupyter: defaultPythonConfiguration,
        jobs: defaultPythonConfiguration,
        changedAt: null,
      }),
      mustBeRight: async () => undefined,
    },
    projects: { nameOf: async () => 'demo', folderOf: () => projectFolder, touch: async () => undefined },
    admission: testLimits(db, clock, () => [jobs.limited]).admission,
    platformEnv: { PATH: process.env['PATH'] },
  });
  return {
    jobs,
    errors,
    spawner,
    /** A job whose runs do what the script says. */
    async job(script: string): Promise<number> {
      const userId = await seedUser(db);
      const projectId = await seedProject(db, userId);
      writeFileSync(join(projectFolder, 'job.py'), script);
      const id = await createJobStore(db).insert({
        projectId,
        ownerId: userId,
        name: 'job',
        type: 'python',
        program: 'job.py',
        mainClass: null,
        arguments: [],
        parameters: {},
        configuration: defaultPythonConfiguration,
        policy: { retries: 0, retryDelaySeconds: 0, timeLimitMinutes: null, concurrentRuns: true },
        now: clock.now(),
      });
      return id ?? 0;
    },
    say: (name: string) => writeFileSync(join(projectFolder, name), ''),
    async states(): Promise<[number, Execution['state']][]> {
      const rows = await db.selectFrom('executions').select(['id', 'state']).orderBy('id').execute();
      return rows.map(({ id, state }) => [id, state]);
    },
    /** Resolves once all runs are in one of these states; the test's own timeout is the limit. */
    async reach(...states: Execution['state'][]): Promise<void> {
      for (;;) {
        const all = await this.states();
        if (all.length > 0 && all.every(([, state]) => states.includes(state))) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    /** Of runs that have ended: processes, and files beside what is kept. */
    left(ids: readonly number[]): string[] {
      const kept = new Set<string>(['server.log', ...leaderFiles]);
      const inFolder = (path: string) => (existsSync(path) ? readdirSync(path) : []);
      return ids.flatMap((id) => [
        ...processesOf(join(folder, 'runs', `run-${id}`)).map(({ pid }) => `process ${pid}`),
        ...inFolder(join(folder, 'runs', `run-${id}`)).filter((name) => !kept.has(name)),
      ]);
    },
    async [Symbol.asyncDispose]() {
      await jobs.close();
      for (const [id] of await this.states()) await spawner.stop(`run-${id}`, null);
      await db.destroy();
    },
  };
}
