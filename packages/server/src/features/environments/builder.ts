import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { makePrivateFolder } from '../../lib/files.ts';
import { isAlive, signalGroup, spawnDetached, type ProcessIdentity } from '../../lib/process.ts';

/** What `build_environment.py` writes to its status file; see there. */
const status = z.union([
  z.object({ problem: z.string() }),
  z.object({ pythonVersion: z.string(), packages: z.number().int() }),
  z.object({ step: z.string(), progress: z.number().min(0).max(1) }),
]);
export type BuildStatus = z.infer<typeof status>;

/** Names a revision's files. */
export type RevisionKey = { readonly projectId: string; readonly number: number };

export type StartedBuild = {
  readonly process: ProcessIdentity;
  /** Resolves when it ends while we are the one that started it. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
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
  python: string;
  platformEnv: Readonly<Record<string, string | undefined>>;
}) {
  const base = ({ projectId, number }: RevisionKey) => join(options.folder, projectId, String(number));
  const statusFile = (key: RevisionKey) => `${base(key)}.status.json`;

  return {
    folderOf: base,
    pythonOf: (key: RevisionKey): string => join(base(key), 'bin', 'python'),
    logOf: (key: RevisionKey): string => `${base(key)}.log`,
    isAlive: (process: ProcessIdentity): boolean => isAlive(process),
    /** Ends a build by force, with the installer that it runs. */
    kill: (process: ProcessIdentity): void => void signalGroup(process, 'SIGKILL'),

    /**
     * Starts a build from nothing; what an earlier one of the same revision has left is removed. `like` is a revision that is good already: what
     * is the same in both, or in the environment that set-up has made, is quicker then. Throws when Python can't be started.
     */
    async start(key: RevisionKey, like: RevisionKey | null): Promise<StartedBuild> {
      const folder = base(key);
      await makePrivateFolder(dirname(folder));
      await rm(statusFile(key), { force: true });
      const log = `${folder}.log`;
      await rm(log, { force: true });
      const { identity, exited } = await spawnDetached({
        file: options.python,
        args: [
          '-I',
          join(options.jupyterFolder, 'build_environment.py'),
          `--uv=${options.uv}`,
          `--python=${options.python}`,
          `--folder=${folder}`,
          `--status=${statusFile(key)}`,
          ...[...(like === null ? [] : [base(like)]), options.model].map((folder) => `--like=${folder}`),
        ],
        cwd: dirname(folder),
        env: buildEnv(options.platformEnv),
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

    /** Removes all environments of a project, with their logs. */
    removeAll: (projectId: string): Promise<void> =>
      rm(join(options.folder, projectId), { recursive: true, force: true, maxRetries: 3 }),

    /** Removes the environment itself; its log stays. */
    async remove(key: RevisionKey): Promise<void> {
      await rm(base(key), { recursive: true, force: true });
      await rm(statusFile(key), { force: true });
    },
  };
}

/** The installer needs the way to the package index and its cache; it needs nothing of ours, and no other Python's settings. */
function buildEnv(platformEnv: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(platformEnv)) {
    if (value !== undefined && !/^(EMBERLAB_|EMBER_|PYTHON|VIRTUAL_ENV$|CONDA_|NODE_|npm_)/.test(name))
      env[name] = value;
  }
  return { ...env, LANG: 'C.UTF-8', NO_COLOR: '1' };
}
