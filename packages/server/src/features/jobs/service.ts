import {
  configurationTypeOf,
  defaultConfiguration,
  defaultPythonConfiguration,
  jobExportVersion,
  type ChangedJobBody,
  type Configuration,
  type Inspection,
  type Job,
  type JobExport,
  type JobType,
  type NewJobBody,
} from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { Viewer } from '../../http/project-events.ts';
import type { JobsDeps } from './deps.ts';
import type { JobDefinition, JobRecord } from './model.ts';
import { mayChange, must } from './policy.ts';
import { presentJob } from './present.ts';
import { jobProblems, notBrought, type JobProblem } from './programs/check.ts';
import { inspectProgram } from './programs/inspect.ts';
import type { JobsAsked, JobStore } from './store.ts';
import { withoutSecrets } from '../notebooks/index.ts';

export type JobService = ReturnType<typeof createJobService>;

const who = 'the owner of the job and owners of the project';
const noPolicy = { retries: 0, retryDelaySeconds: 60, timeLimitMinutes: null, concurrentRuns: true };
/** How many names like one that is taken are tried. */
const mostNames = 1000;

/** The use cases of jobs. Rights by the role have been checked; those of the one job are here. */
export function createJobService(
  deps: Pick<JobsDeps, 'clock' | 'bus' | 'configurations' | 'projects' | 'filesElsewhere' | 'jobGoes'> & {
    /** When jobs run next by their schedules; those without one are absent. */
    nextRuns(jobIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
    store: JobStore;
    /** lets the runs of a job end that is being deleted */
    stopRuns(jobId: number): Promise<void>;
  },
) {
  const { store, clock, bus } = deps;

  const folderOf = async (projectId: string): Promise<string> => {
    if (deps.filesElsewhere === true) throw new HttpError('bad_request', { message: notBrought });
    const name = await deps.projects.nameOf(projectId);
    if (name === null) throw new HttpError('not_found');
    return deps.projects.folderOf(name);
  };

  const about = async (jobs: readonly JobRecord[]) => {
    const ids = jobs.map(({ id }) => id);
    const [runs, next] = await Promise.all([store.lastRuns(ids), deps.nextRuns(ids)]);
    return ({ id }: JobRecord) => ({ lastRuns: runs.get(id) ?? [], nextRunAt: next.get(id) ?? null });
  };

  const present = async (job: JobRecord, viewer: Viewer): Promise<Job> =>
    presentJob(job, (await about([job]))(job), viewer);

  /** Tells everybody in the project what a job is like now. */
  const changed = async (id: number): Promise<void> => {
    const job = await store.find(id);
    if (job === null) return;
    const facts = (await about([job]))(job);
    const { projectId } = job;
    bus.publish({
      projectId,
      users: [job.owner.id],
      present: (viewer) => ({ type: 'job', job: presentJob(job, facts, viewer) }),
    });
  };

  const find = async (projectId: string, id: number): Promise<JobRecord> => {
    const job = await store.find(id);
    if (job === null || job.projectId !== projectId) throw new HttpError('not_found');
    return job;
  };

  /** Throws `bad_request` with every problem. */
  const mustBeRight = async (projectId: string, job: JobDefinition): Promise<void> => {
    const problems: JobProblem[] = await jobProblems(await folderOf(projectId), job);
    await deps.configurations.mustBeRight(projectId, job.configuration, 'job').catch((error: unknown) => {
      if (!(error instanceof HttpError) || error.code !== 'bad_request') throw error;
      problems.push(...error.details);
    });
    const [first] = problems;
    if (first !== undefined) throw new HttpError('bad_request', { message: first.message, details: problems });
  };

  /** What a new job of a type begins with: the project's defaults for jobs, where these are of that type. */
  const defaultFor = async (projectId: string, type: JobType): Promise<Configuration> => {
    const wanted = configurationTypeOf(type);
    const { jobs, jupyter } = await deps.configurations.defaults(projectId);
    const platform = wanted === 'spark' ? defaultConfiguration : defaultPythonConfiguration;
    const found = [jobs, jupyter].find((one) => one.type === wanted) ?? platform;
    // What members' servers run in is not where jobs run.
    return { ...found, profile: null };
  };

  const nameTaken = () =>
    new HttpError('name_taken', { message: 'There is a job of that name already. Please choose another.' });

  const insert = async (
    whose: { projectId: string; userId: string },
    job: JobDefinition & { name: string },
  ): Promise<JobRecord> => {
    await mustBeRight(whose.projectId, job);
    const { projectId, userId: ownerId } = whose;
    const id = await store.insert({ ...job, projectId, ownerId, now: clock.now() });
    if (id === null) throw nameTaken();
    await deps.projects.touch(projectId);
    await changed(id);
    return find(projectId, id);
  };

  return {
    find,
    changed,

    async list(projectId: string, viewer: Viewer, asked: JobsAsked): Promise<{ items: Job[]; next: string | null }> {
      const found = await store.list(projectId, { ...asked, limit: asked.limit + 1 });
      const shown = found.slice(0, asked.limit);
      const facts = await about(shown);
      return {
        items: shown.map((job) => presentJob(job, facts(job), viewer)),
        next: found.length > asked.limit ? String(asked.offset + asked.limit) : null,
      };
    },

    get: async (projectId: string, viewer: Viewer, id: number) => present(await find(projectId, id), viewer),

    /** What fills the form for a program. */
    async inspect(projectId: string, program: string): Promise<Inspection> {
      const facts = await inspectProgram(await folderOf(projectId), program);
      const type = facts.types[0] ?? null;
      return {
        program,
        type,
        types: [...facts.types],
        name: await freeName(projectId, program),
        mainClass: facts.mainClass,
        kernel: facts.kernel,
        configuration: await defaultFor(projectId, type ?? 'pyspark'),
        parameters: [...facts.parameters],
        problems: [...facts.problems],
      };
    },

    /** Makes a job; what the body leaves out is told from the file. Throws `bad_request` and `name_taken`. */
    async create(projectId: string, viewer: Viewer, body: NewJobBody): Promise<Job> {
      const facts = body.type === undefined ? await inspectProgram(await folderOf(projectId), body.program) : null;
      const guessed = facts?.types.find((type) => configurationTypeOf(type) === (body.configuration?.type ?? 'spark'));
      const type = body.type ?? guessed ?? facts?.types[0] ?? 'pyspark';
      const job = await insert(
        { projectId, userId: viewer.userId },
        {
          name: body.name,
          type,
          program: body.program,
          mainClass: body.mainClass ?? null,
          arguments: body.arguments ?? [],
          parameters: body.parameters ?? {},
          configuration: body.configuration ?? (await defaultFor(projectId, type)),
          policy: body.policy ?? noPolicy,
        },
      );
      return present(job, viewer);
    },

    /** Changes what the body says. Runs that there are keep what they began with. Throws `forbidden`, `bad_request` and `name_taken`. */
    async change(projectId: string, viewer: Viewer, id: number, body: ChangedJobBody): Promise<Job> {
      const job = await find(projectId, id);
      must(mayChange(viewer, job), who);
      const wanted: JobRecord = {
        ...job,
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.program === undefined ? {} : { program: body.program }),
        ...(body.type === undefined ? {} : { type: body.type }),
        ...(body.mainClass === undefined ? {} : { mainClass: body.mainClass }),
        ...(body.arguments === undefined ? {} : { arguments: body.arguments }),
        ...(body.parameters === undefined ? {} : { parameters: body.parameters }),
        ...(body.configuration === undefined ? {} : { configuration: body.configuration }),
        ...(body.policy === undefined ? {} : { policy: body.policy }),
      };
      await mustBeRight(projectId, wanted);
      if (!(await store.update(id, wanted, clock.now()))) throw nameTaken();
      await changed(id);
      return present(await find(projectId, id), viewer);
    },

    /** Another job like it, of the caller's own. Secrets of others do not go along. */
    async copy(projectId: string, viewer: Viewer, id: number, name: string): Promise<Job> {
      const job = await find(projectId, id);
      const configuration = mayChange(viewer, job) ? job.configuration : withoutSecrets(job.configuration);
      return present(await insert({ projectId, userId: viewer.userId }, { ...job, name, configuration }), viewer);
    },

    async export(projectId: string, viewer: Viewer, id: number): Promise<JobExport> {
      const job = await find(projectId, id);
      return {
        format: 'emberlab-job',
        version: jobExportVersion,
        job: {
          name: job.name,
          type: job.type,
          program: job.program,
          mainClass: job.mainClass,
          arguments: [...job.arguments],
          parameters: job.parameters,
          configuration: mayChange(viewer, job) ? job.configuration : withoutSecrets(job.configuration),
          policy: job.policy,
        },
      };
    },

    async import(projectId: string, viewer: Viewer, file: JobExport, name: string): Promise<Job> {
      return present(await insert({ projectId, userId: viewer.userId }, { ...file.job, name }), viewer);
    },

    /** Deletes a job and lets its runs end; they are kept. Throws `forbidden`. */
    async remove(projectId: string, viewer: Viewer, id: number): Promise<void> {
      const job = await find(projectId, id);
      must(mayChange(viewer, job), who);
      await deps.stopRuns(id);
      await deps.jobGoes?.(projectId, id);
      await store.remove(id);
      bus.publish({ projectId, users: [], present: () => ({ type: 'job-removed', id }) });
    },
  };

  /** A name for a job of a program that no other has. */
  async function freeName(projectId: string, program: string): Promise<string> {
    const file = program.slice(program.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    const plain = file.replace(/[^\p{L}\p{M}\p{N}_ .()-]+/gu, '-').replace(/^[^\p{L}\p{N}_]+|[ .]+$/gu, '');
    const name = plain.slice(0, 100) || 'job';
    for (let number = 1; number < mostNames; number += 1) {
      const tried = number === 1 ? name : `${name}-${number}`;
      if (!(await store.isTaken(projectId, tried))) return tried;
    }
    return name;
  }
}
