import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { writeFileAtomic } from '../lib/files.ts';
import { FatalError } from '../supervise/messages.ts';
import { run, type Step } from './step.ts';

/** What is built from this repository, each into the folder `dist` of its own. */
type Build = {
  title: string;
  /** as in a sentence */
  name: string;
  folder: string;
  /** what builds it, run in its folder */
  command: readonly string[];
  /** what it is made from, besides the lock file of the packages */
  sources: readonly string[];
};

const vite = ['../../node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'];

const builds: readonly Build[] = [
  {
    title: 'Dashboard',
    name: 'the dashboard',
    folder: 'packages/web',
    command: vite,
    sources: [
      'packages/web/src',
      'packages/web/build',
      'packages/web/public',
      'packages/web/index.html',
      'packages/web/vite.config.ts',
      'packages/contract/src',
    ],
  },
  {
    title: 'JupyterLab extension',
    name: 'the JupyterLab extension',
    folder: 'jupyter/lab',
    command: vite,
    sources: [
      'jupyter/lab/src',
      'jupyter/lab/build',
      'jupyter/lab/package.json',
      'jupyter/lab/vite.config.ts',
      'packages/web/src',
      'packages/contract/src',
    ],
  },
  {
    title: 'Documentation',
    name: 'the documentation',
    folder: 'packages/docs',
    command: ['src/build.ts'],
    sources: ['docs', 'packages/docs/src', 'packages/docs/astro.config.ts', 'packages/web/public'],
  },
];

/** Each is built once for each state of its sources. */
export const buildSteps = (repository: string): Step[] => builds.map((build) => buildStep(repository, build));

function buildStep(repository: string, { title, name, folder, command, sources }: Build): Step {
  const place = join(repository, folder);
  const stamp = join(place, 'dist', '.built-from');
  const stateOfSources = async (): Promise<string> => {
    const files = ['-type', 'f', '-not', '-name', '*.test.*', '-printf', '%p %s %T@\n'];
    const { stdout } = await execa('find', [...sources, 'package-lock.json', ...files], {
      cwd: repository,
      reject: false,
    });
    return createHash('sha256').update(stdout.split('\n').toSorted().join('\n')).digest('hex');
  };
  return {
    title,
    needed: async () => (await readFile(stamp, 'utf8').catch(() => '')) !== (await stateOfSources()),
    async run() {
      // What builds it would show a trace.
      await access(place, constants.W_OK).catch(() => {
        throw new FatalError(
          `${name.replace('the', 'The')} is built in ${place}, where this user may not write. Please run ./start as the owner of this clone, or make a clone of your own.`,
        );
      });
      await run(`Building ${name}`, process.execPath, command, { cwd: place });
      await writeFileAtomic(stamp, await stateOfSources());
    },
  };
}
