import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Execution, Job, ProjectEvent, Role } from '@emberlab/contract';
import type { Config } from '../../../config.ts';
import type { Clock } from '../../../lib/clock.ts';
import { systemClock } from '../../../lib/clock.ts';
import { HttpError } from '../../../http/errors.ts';
import { createLocalSpawner } from '../../../spawners/local/spawner.ts';
import { testApp } from '../../../testing/app.ts';
import { testProfile, testProfiles } from '../../../testing/profiles.ts';
import { createConfigurations } from '../../configurations/index.ts';
import type { LimitedPart } from '../../limits/index.ts';
import type { ProjectPart } from '../../projects/index.ts';
import { createJobs, type JobsDeps } from '../index.ts';
import { fakeNotebooks, fakePrograms } from './fake-programs.ts';

export type Member = { id: string; email: string; token: string };
// What came over HTTP has no type until a test looks at it.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = { status: number; body: any };
export type JobsFixture = Awaited<ReturnType<typeof jobsFixture>>;

export const notebookWith = (kernel: string | null): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: kernel === null ? {} : { kernelspec: { name: kernel } },
    cells: [],
  });

/**
 * Jobs behind the real app, with a project `demo` of ada's. Python programs are real processes of a shell in Python's place; drivers of Spark programs are
 * entries in a table. `await using` ends all of it.
 */
export async function jobsFixture(
  options: { clock?: Clock; runLimit?: number; runsKept?: Config['runsKept']; around?: Partial<JobsDeps> } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'ember-jobs-'));
  const { clock = systemClock } = options;
  const limited: LimitedPart[] = [];
  const parts: ProjectPart[] = [];
  const projectsFolder = join(folder, 'projects');
  const kit = await testApp({ clock, projectsFolder, limited, parts });
  const python = join(folder, 'python');
  writeFileSync(python, '#!/bin/sh\nexec /bin/sh "$@"\n');
  chmodSync(python, 0o755);
  const fake = fakePrograms(join(folder, 'drivers'));
  const errors: unknown[] = [];
  const state = { ready: true, whyNone: null as string | null, revision: 3, gone: [] as number[], hasLivy: false };
  const spawner = createLocalSpawner({
    clock: systemClock,
    config: {
      dataDir: folder,
      serverLogBytes: 1024 ** 2,
      paths: { servers: join(folder, 'runs'), run: join(folder, 'run') },
    },
    cgroups: null,
  });
  const configurations = createConfigurations({
    db: kit.db,
    clock,
    bus: kit.bus,
    projects: kit.projects.service,
    profiles: testProfiles([testProfile()]),
    spark: {
      place: async () => ({ engine: 'local', master: 'local[*]', executors: false, choices: [] }),
      engineProblem: async () => null,
      platformProperties: async () => ({ defaults: {}, pinned: {} }),
      pathProblem: async () => null,
    },
  });
  const tickets: string[] = [];
  const make = () =>
    createJobs({
      db: kit.db,
      clock,
      bus: kit.bus,
      log: { info: () => undefined, warn: () => undefined, error: (details) => void errors.push(details['err']) },
      tickets: {
        async issue({ targetId }) {
          tickets.push(targetId);
          return `http://${targetId}.localhost:8080/ticket`;
        },
      },
      config: {
        jobRunLimit: options.runLimit ?? 8,
        runsKept: options.runsKept ?? { most: 1000, ms: null },
        host: '127.0.0.1',
        port: 8080,
        serverLimits: { memoryMb: null, cores: null },
        sessionStartTimeoutMs: 60_000,
      },
      spawner,
      programs: fake.programs,
      notebooks: fakeNotebooks(),
      tokens: { issueForRun: async () => 'ember_run_secret', revokeForRun: async () => undefined },
      hasLivy: async () => state.hasLivy,
      hasSparkR: async () => true,
      environments: {
        async pythonFor() {
          if (!state.ready) throw new HttpError('environment_not_ready');
          return { python, revisionId: 'revision1', number: state.revision };
        },
        pythonAt: async (_, number) =>
          state.gone.includes(number)
            ? null
            : { python: join(folder, `python-${number}`), revisionId: `revision${number}`, number },
        whyNone: async () => (state.whyNone === null ? null : { reason: state.whyNone }),
      },
      configurations: configurations.service,
      projects: kit.projects.service,
      admission: kit.limits.admission,
      platformEnv: { PATH: process.env['PATH'] },
      ...options.around,
    });
  const jobs = make();
  limited.push(jobs.limited);
  parts.push(jobs.part);
  jobs.registerRoutes(kit.router);

  const account = async (name: string): Promise<Member> => {
    const email = `${name}@example.org`;
    const { id } = await kit.users.service.create({ email, name, password: 'correct horse', admin: false });
    return { id, email, token: (await kit.users.service.createToken(id, 'test', null)).secret };
  };
  const ada = await account('ada');
  const { id: projectId } = await kit.projects.service.create({ name: 'demo' }, ada.id);
  const projectFolder = join(projectsFolder, 'demo');
  const write = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(join(projectFolder, path)), { recursive: true });
    writeFileSync(join(projectFolder, path), text);
  };

  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    { body, as = ada }: { body?: unknown; as?: Member } = {},
  ): Promise<Answer> => {
    const answer = await kit.as(as.token, {
      method,
      url: `/api/v1/projects/demo${path}`,
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const isJson = String(answer.headers['content-type']).startsWith('application/json');
    return { status: answer.statusCode, body: isJson ? answer.json() : answer.body };
  };
  /** A call that has to be answered with yes. */
  const must = async <T>(...args: Parameters<typeof call>): Promise<T> => {
    const { status, body } = await call(...args);
    if (status >= 300) throw new Error(JSON.stringify(body));
    return body as T;
  };

  const get = (id: number) => must<Execution>('GET', `/executions/${id}`);
  return {
    kit,
    jobs,
    make,
    folder,
    projectId,
    projectFolder,
    ada,
    fake,
    errors,
    state,
    tickets,
    spawner,
    write,
    call,
    must,
    get,
    /** where what a run's process needs lies while it runs */
    folderOf: (id: number) => join(folder, 'runs', `run-${id}`),
    async member(name: string, role: Role): Promise<Member> {
      const made = await account(name);
      await kit.projects.members.set(projectId, made.email, role, ada.id);
      return made;
    },
    /** What those of a role are told from now on. */
    watch(userId: string, role: Role): ProjectEvent[] {
      const events: ProjectEvent[] = [];
      kit.bus.subscribe((change) => {
        const event = change.present({ userId, role });
        if (event !== null) events.push(event);
      });
      return events;
    },
    /** A job of a shell script in Python's place. */
    async python(name: string, script: string, more: Record<string, unknown> = {}): Promise<Job> {
      write(`Resources/${name}.py`, script);
      const configuration = { type: 'python', memoryMb: 512, cores: 1 };
      return must('POST', '/jobs', {
        body: { name, program: `Resources/${name}.py`, type: 'python', configuration, ...more },
      });
    },
    async spark(name: string, more: Record<string, unknown> = {}): Promise<Job> {
      write(`Resources/${name}.py`, '');
      return must('POST', '/jobs', { body: { name, program: `Resources/${name}.py`, ...more } });
    },
    run: (job: Job, body: Record<string, unknown> = {}, as = ada) =>
      must<Execution>('POST', `/jobs/${job.id}/executions`, { body, as }),
    /** Looks until a run is so; the test's own timeout is the limit. */
    async reach(id: number, ...states: Execution['state'][]): Promise<Execution> {
      for (;;) {
        await jobs.reconcile();
        const run = await get(id);
        if (states.includes(run.state)) return run;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async [Symbol.asyncDispose]() {
      await jobs.close();
      // Those that wait have no process to look for.
      const begun = kit.db.selectFrom('executions').select('id').where('started_at', 'is not', null);
      for (const { id } of await begun.execute()) await spawner.stop(`run-${id}`, null);
      await kit[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
