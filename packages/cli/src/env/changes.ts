import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ApiError, gitAddress, gitRef, libraryName, type Client, type newOperation } from '@emberlab/contract';
import { FatalError } from '@emberlab/server/admin';
import type { Command } from 'commander';
import type { z } from 'zod';
import { forPeople } from '../connection.ts';
import { checked, UsageError } from '../usage.ts';
import { project, revision, type EnvContext } from './context.ts';
import { follow } from './follow.ts';
import { outcome, plain } from './texts.ts';

type Wanted = z.input<typeof newOperation>;
type InstallOptions = { file?: string; git?: string; ref?: string; wait: boolean };

const checkedName = checked(libraryName);
const named = (value: string, others: readonly string[] = []): string[] => [...others, checkedName(value)];

/** Commands that change the environment. They wait for the end and show the log, unless they are told not to. */
export function registerChanges(env: Command, { connect, show, json }: EnvContext): void {
  const say = (text: string): void => {
    if (!json()) process.stdout.write(text);
  };

  async function change(client: Client, name: string, body: Wanted, wait: boolean): Promise<void> {
    const params = { project: name };
    const asked = await forPeople(explainNeed(client.call('environment.change', { params, body })));
    if (!wait) {
      show(asked, ({ title, id }) => `${plain(title)}: asked for. To see how it goes: emberlab env log ${name} ${id}`);
      return;
    }
    const ended = await follow(client, { project: name, id: asked.id }, asked, say);
    show(ended, (operation) => plain(outcome(operation)));
    if (ended.state !== 'succeeded') process.exitCode = 1;
  }

  /** A command that makes a change, with the option not to wait. */
  const command = (name: string, description: string): Command =>
    env
      .command(name)
      .description(description)
      .addArgument(project())
      .option('--no-wait', 'do not wait for the end; it is made all the same');

  command('install', 'install libraries: by name, from a file, or from Git')
    .argument('[requirement...]', "such as polars or 'numpy>=2,<3'")
    .option('--file <path>', 'a wheel, a source archive, a requirements.txt or an environment.yml')
    .option('--git <address>', 'of a repository', checked(gitAddress))
    .option('--ref <ref>', 'branch, tag or commit there', checked(gitRef))
    .action(async (name: string, requirements: string[], options: InstallOptions) => {
      const ways = [requirements.length > 0, options.file !== undefined, options.git !== undefined];
      if (ways.filter(Boolean).length !== 1) throw new UsageError('Please give either requirements, --file or --git.');
      if (options.ref !== undefined && options.git === undefined) throw new UsageError('--ref goes with --git.');
      const { client } = await connect();
      const body: Wanted =
        options.git !== undefined
          ? { kind: 'install-git', url: options.git, ...(options.ref === undefined ? {} : { ref: options.ref }) }
          : options.file !== undefined
            ? { kind: 'install-upload', upload: await handIn(client, name, options.file, say) }
            : { kind: 'install', requirements };
      await change(client, name, body, options.wait);
    });

  command('remove', 'uninstall libraries, with what nothing else needs')
    .argument('<library...>', 'their names', named)
    .option('--force', 'also when something needs them: it will not work any more', false)
    .action(async (name: string, packages: string[], { force, wait }: { force: boolean; wait: boolean }) => {
      const { client } = await connect();
      await change(client, name, { kind: 'uninstall', packages, force }, wait);
    });

  command('update', 'update libraries to the newest versions that go together')
    .argument('[library...]', 'their names', named, [])
    .option('--all', 'everything that is installed', false)
    .action(async (name: string, packages: string[], { all, wait }: { all: boolean; wait: boolean }) => {
      if (all === packages.length > 0) throw new UsageError('Please give either names or --all.');
      const { client } = await connect();
      await change(client, name, { kind: 'update', packages: all ? null : packages }, wait);
    });

  command('recreate', 'make the environment anew from the base set')
    .option('--base-only', 'do not install again what was asked for', false)
    .action(async (name: string, { baseOnly, wait }: { baseOnly: boolean; wait: boolean }) => {
      const { client } = await connect();
      await change(client, name, { kind: 'recreate', keep: !baseOnly }, wait);
    });

  command('restore', 'go back to a former revision')
    .argument('<revision>', 'its number, as emberlab env history has it', revision)
    .action(async (name: string, number: number, { wait }: { wait: boolean }) => {
      const { client } = await connect();
      await change(client, name, { kind: 'restore', revision: number }, wait);
    });

  command('repair', 'put back what the lock says').action(async (name: string, { wait }: { wait: boolean }) => {
    const { client } = await connect();
    await change(client, name, { kind: 'repair' }, wait);
  });

  env
    .command('cancel')
    .description('cancel a change; what is in use stays so')
    .addArgument(project())
    .argument('<operation>', 'its id, as emberlab env operations has it')
    .action(async (name: string, id: string) => {
      const { client } = await connect();
      show(await forPeople(client.call('environment.cancel', { params: { project: name, id } })), ({ title }) =>
        plain(`${title}: is being cancelled.`),
      );
    });
}

/** Says with which option it is removed all the same. */
async function explainNeed<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'library_needed') throw error;
    const lines = error.details.map(({ message }) => `  ${message}`);
    throw new FatalError([error.message, ...lines, 'To remove it all the same, please add --force.'].join('\n'));
  }
}

/** Uploads a file with libraries, and says what of it is not taken; answers the id under which it can be installed. */
async function handIn(client: Client, name: string, path: string, say: (text: string) => void): Promise<string> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw new UsageError(`There is no file ${path}.`);
  const answer = await forPeople(
    client.upload(
      'environment.upload',
      { params: { project: name }, query: { name: basename(path) } },
      await openAsBlob(path),
    ),
  );
  for (const { line, text, reason } of answer.leftOut) {
    say(plain(`Not taken: ${line === null ? '' : `line ${line}: `}${text}. ${reason}\n`));
  }
  return answer.id;
}
