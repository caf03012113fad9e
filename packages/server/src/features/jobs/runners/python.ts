import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tailLines } from '../../../lib/log-file.ts';
import type { Log } from '../../../lib/log.ts';
import {
  SpawnError,
  type ServerLimits,
  type ServerPlaces,
  type ServerSpec,
  type Spawner,
} from '../../../spawners/spawner.ts';
import { memberEnvironment, ofPython } from '../../servers/index.ts';
import { causeIn } from '../../sessions/index.ts';
import type { ExecutionRecord } from '../model.ts';
import { RunProblem, type PreparedRun, type Runner } from './runner.ts';

/** By which the spawner knows a run. */
const nameOf = ({ id }: Pick<ExecutionRecord, 'id'>): string => `run-${id}`;
/** How long a run of somebody who has lost the right to it may take to end, ms. */
const hurriedGraceMs = 1500;
const tailOfLog = 50;

/** What is to run, beside what all runs have. `places`: where. */
export type ProcessPlan = Pick<ServerSpec, 'args' | 'env' | 'files' | 'links' | 'folders'>;

/** Runs programs as detached processes of their member, within the memory and the cores of their configuration, as Jupyter servers are. */
export function createProcessRunner({
  spawner,
  log,
  platformEnv,
  limits: platformLimits,
  plan,
  applicationOf = async () => null,
  afterwards = async () => undefined,
}: {
  spawner: Spawner;
  log: Log;
  platformEnv: Readonly<Record<string, string | undefined>>;
  /** of what says nothing about that itself */
  limits: ServerLimits;
  /** What to run for a run with these places. */
  plan(prepared: PreparedRun, places: ServerPlaces): Promise<ProcessPlan>;
  /** The Spark application that it uses. Default: none. */
  applicationOf?(run: ExecutionRecord): Promise<string | null>;
  /** Called when it has ended, again where that fails: takes away what was made for it elsewhere. */
  afterwards?(run: ExecutionRecord): Promise<void>;
}): Runner {
  /** those that are being ended, or cleaned up after */
  const ending = new Map<number, Promise<boolean>>();

  const limitsOf = (run: ExecutionRecord) => {
    const { configuration } = run.frozen;
    if (configuration.type !== 'python') return platformLimits;
    return { memoryMb: configuration.memoryMb, cores: configuration.cores };
  };

  /** Ends what there is of it, in the background; answers whether nothing is left. */
  const end = (run: ExecutionRecord, graceMs?: number): Promise<boolean> => {
    const before = ending.get(run.id);
    if (before !== undefined) return before;
    const name = nameOf(run);
    const done = (async () => {
      await spawner.stop(name, (await spawner.runOf(name)).begun, graceMs);
      await afterwards(run);
      await spawner.boundLog(name);
      await spawner.clean(name);
      return true;
    })()
      .catch((error: unknown) => {
        log.error({ run: run.id, err: error }, 'a run could not be ended; it will be tried again');
        return false;
      })
      .finally(() => ending.delete(run.id));
    ending.set(run.id, done);
    return done;
  };

  const problemOf = async (run: ExecutionRecord, code: number | null): Promise<string | null> => {
    if (code === 0 || code === null) return null;
    const kills = (await spawner.use([nameOf(run)])).get(nameOf(run))?.memoryKills ?? 0;
    const { memoryMb } = limitsOf(run);
    if (kills > 0 || code === 137) {
      const bound = memoryMb === null ? '' : ` It may have ${memoryMb} MB.`;
      return `The program was killed, most often because its memory ran out.${bound} Please give it more memory in the configuration of the job.`;
    }
    if (await isFull(dirname(spawner.log(nameOf(run))))) {
      return `The program ended with exit code ${code}. The disk is full, so its log may lack its end. Please free some space, or ask an administrator.`;
    }
    const cause = causeIn(await tailLines(spawner.log(nameOf(run)), tailOfLog).catch(() => []));
    const quote = cause === null ? ' Its log says more.' : ` Its log says: ${cause}`;
    return `The program ended with exit code ${code}.${quote}`;
  };

  return {
    // Its place among the runs is all that it takes.
    demand: async () => [],
    book: async () => undefined,

    async begin(prepared) {
      const { run, projectFolder, python, environment } = prepared;
      const name = nameOf(run);
      const { begun } = await spawner.runOf(name);
      if (begun !== null || (await spawner.find(name)) !== null) return;
      const owner = { serverId: name, projectId: run.project.id, userId: run.user.id };
      const places = spawner.places(owner);
      const { folder, home } = places;
      const own = await plan(prepared, places);
      const { configuration } = run.frozen;
      const files =
        configuration.type === 'python' ? ofPython(configuration, { folder, projectFolder }) : { env: {}, links: {} };
      try {
        await spawner.start({
          ...owner,
          once: true,
          limits: limitsOf(run),
          file: python,
          cwd: projectFolder,
          ...own,
          env: {
            ...memberEnvironment({ platformEnv, python, home, variables: files.env }),
            PYTHONUNBUFFERED: '1',
            ...own.env,
            ...environment,
          },
          links: { ...files.links, ...own.links },
        });
      } catch (error) {
        await afterwards(run);
        throw error instanceof SpawnError ? new RunProblem(error.message, { cause: error }) : error;
      }
    },

    async look(run) {
      const name = nameOf(run);
      const { begun } = await spawner.runOf(name);
      if (begun === null) {
        // It writes down who it is with its first breath.
        const isComing = (await spawner.find(name)) !== null;
        return isComing ? { state: 'starting', applicationId: null } : null;
      }
      if (await spawner.isAlive(begun)) {
        await spawner.boundLog(name).catch(() => undefined);
        return { state: ending.has(run.id) ? 'stopping' : 'running', applicationId: await applicationOf(run) };
      }
      if (ending.has(run.id)) return { state: 'stopping', applicationId: null };
      // Only now: it may have ended since it was looked for, and writes down how just before it does.
      const { exitCode } = await spawner.runOf(name);
      const problem = await problemOf(run, exitCode);
      // What it has started may live on for a moment, or for good.
      const applicationId = await applicationOf(run);
      if (!(await end(run))) return { state: 'stopping', applicationId };
      const how = exitCode === null ? 'lost' : exitCode === 0 ? 'succeeded' : 'failed';
      return { state: 'ended', how, problem, applicationId };
    },

    stop: async (run, hurried) => void end(run, hurried ? hurriedGraceMs : undefined),

    async processOf(run) {
      const { begun } = await spawner.runOf(nameOf(run));
      return begun !== null && (await spawner.isAlive(begun)) ? begun : null;
    },

    log: async (run) => ({ stdout: spawner.log(nameOf(run)), stderr: null }),

    async forget(run) {
      await ending.get(run.id);
      await spawner.forget(nameOf(run));
    },
  };
}

/** A Python file with its arguments. */
export const pythonPlan = async ({ run, projectFolder, arguments: args }: PreparedRun): Promise<ProcessPlan> => ({
  args: [join(projectFolder, run.frozen.program), ...args],
  env: {},
  files: {},
});

/** Whether nothing can be written any more on the disk of a folder. */
const isFull = async (folder: string): Promise<boolean> =>
  statfs(folder).then(
    ({ bavail }) => bavail === 0,
    () => false,
  );
