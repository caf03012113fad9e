import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Identities, ProjectIdentity } from '../../identities/identities.ts';
import { writeFileAtomic } from '../../lib/files.ts';
import { isAlive, signalGroup, spawnDetached, type ProcessIdentity } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { buildEnv, publicEnv } from './build-env.ts';
import type { Recipe } from './operations/plan.ts';

/** A wheel that was made of what somebody handed in. */
const built = z.object({ name: z.string(), version: z.string(), path: z.string() });
export type BuiltWheel = z.infer<typeof built>;

/** What `build_environment.py` writes to its status file; see there. */
const status = z.union([
  z.object({ problem: z.string() }),
  z.object({ pythonVersion: z.string(), packages: z.number().int(), built: z.array(built).default([]) }),
  z.object({ step: z.string(), progress: z.number().min(0).max(1) }),
]);
export type BuildStatus = z.infer<typeof status>;

const systemPath = '/usr/local/bin:/usr/bin:/bin';

/** Names a revision's files. */
export type RevisionKey = { readonly projectId: string; readonly number: number };

export type StartedBuild = {
  readonly process: ProcessIdentity;
  /** Resolves when it ends while we are the one that started it. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/** Where libraries come from, and what a build may take. */
export type BuildRules = {
  /** variables for the installer, which may hold secrets */
  readonly env: Readonly<Record<string, string>>;
  /** the same for what strangers wrote: without secrets */
  readonly publicEnv: Readonly<Record<string, string>>;
  readonly constraints: readonly string[];
  readonly refused: readonly string[];
  readonly trusted: readonly string[];
  /** no index is asked */
  readonly offline: boolean;
  readonly limits: { readonly seconds: number; readonly memory_mb: number; readonly disk_mb: number };
};

/** What makes environments: a script in a process of its own, which a restart of control does not disturb. */
export type Builder = ReturnType<typeof createBuilder>;

export function createBuilder(options: {
  /** where environments lie */
  folder: string;
  /** the repository's `jupyter` folder */
  jupyterFolder: string;
  uv: string;
  /** the environment that set-up has made; it may be missing */
  model: string;
  /** where we remember what was tried, of all projects */
  tried: string;
  python: string;
  /** whom an environment is for, and who tries it */
  identities: Identities;
  platformEnv: Readonly<Record<string, string | undefined>>;
}) {
  const { identities } = options;
  /** projects whose environments their members can look into, since we started */
  const lent = new Set<string>();
  const projectFolder = (projectId: string) => join(options.folder, projectId);
  const base = ({ projectId, number }: RevisionKey) => join(projectFolder(projectId), String(number));
  const file = (key: RevisionKey, end: string) => `${base(key)}.${end}`;
  const identityFile = (key: RevisionKey) => file(key, 'identity.json');
  const statusFile = (key: RevisionKey) => file(key, 'status.json');
  const lockOf = (key: RevisionKey) => file(key, 'lock.txt');
  /** what goes when a build has ended */
  const scratch = ['identity.json', 'sandbox.json', 'plan.json', 'before.txt'] as const;

  /** Lets the members of a project look into its environments, and nobody else. */
  async function lend(projectId: string): Promise<ProjectIdentity> {
    const project = await identities.ofProject(projectId);
    await project.lendFolder(projectFolder(projectId));
    lent.add(projectId);
    return project;
  }

  /** How the script runs what is in the environment: not as we are, and without what only we may know. */
  async function tryAs(project: ProjectIdentity, key: RevisionKey): Promise<string[]> {
    const env = { PATH: systemPath, LANG: 'C.UTF-8', HOME: '/tmp', PYTHONDONTWRITEBYTECODE: '1' };
    const words = await project.prefix(identityFile(key), { cwd: dirname(base(key)), env });
    return words.map((word) => `--try-as=${word}`);
  }

  /** Writes down what goes into it; answers where. Source is built by somebody who has a folder of their own and nothing else. */
  async function writePlan(project: ProjectIdentity, key: RevisionKey, recipe: Recipe, rules: BuildRules) {
    const work = file(key, 'work');
    await removeTree(work);
    await project.giveFolder(work);
    const env = {
      ...publicEnv(options.platformEnv),
      ...rules.publicEnv,
      PATH: systemPath,
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      HOME: work,
      TMPDIR: work,
      UV_CACHE_DIR: join(work, 'cache'),
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'https:http',
      GIT_CONFIG_NOSYSTEM: '1',
    };
    const words = await project.prefix(file(key, 'sandbox.json'), { cwd: work, env });
    const before = recipe.mode === 'install' ? null : file(key, 'before.txt');
    await writeFileAtomic(before ?? lockOf(key), recipe.lock);
    const { mode, requests, excluded, upgrade, broken, sources } = recipe;
    const plan = {
      mode,
      requests,
      excluded,
      upgrade,
      broken,
      new: recipe.new,
      lock: lockOf(key),
      before,
      sources: sources.map((one) => (one.kind === 'file' ? { ...one, path: join(work, one.fileName) } : one)),
      constraints: rules.constraints,
      refused: rules.refused,
      trusted: rules.trusted,
      offline: rules.offline,
      wheels: join(projectFolder(key.projectId), 'wheels'),
      sandbox: { words, env, folder: work, limits: rules.limits },
    };
    await writeFileAtomic(file(key, 'plan.json'), JSON.stringify(plan));
    return { planFile: file(key, 'plan.json'), work };
  }

  return {
    folderOf: base,
    projectFolder,
    lockOf,
    /** Makes sure that members can use the environments of their project; quick when they can. */
    async open(projectId: string): Promise<void> {
      if (!lent.has(projectId)) await lend(projectId);
    },
    pythonOf: (key: RevisionKey): string => join(base(key), 'bin', 'python'),
    logOf: (key: RevisionKey): string => file(key, 'log'),
    isAlive: (process: ProcessIdentity): boolean => isAlive(process),
    /** Ends a build by force, with the installer that it runs. */
    kill: (process: ProcessIdentity): void => void signalGroup(process, 'SIGKILL'),

    /**
     * Starts a build from nothing; what an earlier one of the same revision has left is removed. `like` is a revision of the same project that is good already: what
     * is the same in both, or in the environment that set-up has made, is quicker then. `handOver` puts what was uploaded into the folder of who builds it.
     * Throws when Python can't be started.
     */
    async start(
      key: RevisionKey,
      like: RevisionKey | null,
      how: { recipe: Recipe; rules: BuildRules; handOver: (folder: string) => Promise<void> },
    ): Promise<StartedBuild> {
      const folder = base(key);
      const project = await lend(key.projectId);
      await rm(statusFile(key), { force: true });
      const log = file(key, 'log');
      await rm(log, { force: true });
      const { planFile, work } = await writePlan(project, key, how.recipe, how.rules);
      await how.handOver(work);
      const { identity, exited } = await spawnDetached({
        file: options.python,
        args: [
          '-I',
          join(options.jupyterFolder, 'build_environment.py'),
          `--uv=${options.uv}`,
          `--python=${options.python}`,
          `--folder=${folder}`,
          `--status=${statusFile(key)}`,
          `--plan=${planFile}`,
          `--tried=${options.tried}`,
          ...(await tryAs(project, key)),
          ...[...(like === null ? [] : [base(like)]), options.model].map((one) => `--like=${one}`),
        ],
        cwd: dirname(folder),
        env: { ...buildEnv(options.platformEnv), ...how.rules.env },
        stdoutFile: log,
        stderrFile: log,
      });
      return { process: identity, exited };
    },

    /** How far a build is; null: it has not said anything yet. */
    async status(key: RevisionKey): Promise<BuildStatus | null> {
      const text = await readFile(statusFile(key), 'utf8').catch(() => null);
      return text === null ? null : status.parse(JSON.parse(text));
    },

    /** Removes what only the build needed. */
    async tidy(key: RevisionKey): Promise<void> {
      for (const end of scratch) await rm(file(key, end), { force: true });
      await removeTree(file(key, 'work'));
      await removeTree(join(projectFolder(key.projectId), `.${key.number}.lock.txt.work`));
    },

    /** Removes all environments of a project, with their logs. */
    removeAll: (projectId: string): Promise<void> => removeTree(projectFolder(projectId)),

    /** Removes the environment itself; its log stays, and its lock, by which it can be made again. */
    async removeFiles(key: RevisionKey): Promise<void> {
      await rm(base(key), { recursive: true, force: true });
    },

    /** Removes what a build that failed has left; its log stays. */
    async remove(key: RevisionKey): Promise<void> {
      await rm(base(key), { recursive: true, force: true });
      for (const end of ['status.json', 'lock.txt', 'lock.new']) await rm(file(key, end), { force: true });
      await this.tidy(key);
    },
  };
}
