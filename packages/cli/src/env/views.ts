import { writeFile } from 'node:fs/promises';
import { libraryName, type Library } from '@emberlab/contract';
import { FatalError } from '@emberlab/server/admin';
import { Option, type Command } from 'commander';
import { forPeople } from '../connection.ts';
import { checked } from '../usage.ts';
import { project, revision, type EnvContext } from './context.ts';
import { copyLog } from './follow.ts';
import { changeLines, conflictLines, outcome, plain, table } from './texts.ts';

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MB`;

const reasonOf = ({ requested, requirement, neededBy }: Library): string =>
  requested ? `asked for: ${requirement ?? 'yes'}` : neededBy.length === 0 ? '' : `for ${neededBy.join(', ')}`;

/** Commands that change nothing. */
export function registerViews(env: Command, { connect, show }: EnvContext): void {
  env
    .command('list')
    .description('what is installed: version, newest version, where from, size, what needs it')
    .addArgument(project())
    .option('--asked', 'only what somebody asked for', false)
    .option('--updates', 'look for newer versions, and show only what has one', false)
    .action(async (name: string, { asked, updates }: { asked: boolean; updates: boolean }) => {
      const { client } = await connect();
      const params = { project: name };
      const all = await forPeople(
        client.call(updates ? 'environment.findUpdates' : 'environment.libraries', { params }),
      );
      const items = all.items
        .filter(({ requested }) => !asked || requested)
        .filter(({ version, latest }) => !updates || (latest !== null && latest !== version));
      show({ ...all, items }, () =>
        table(
          ['LIBRARY', 'VERSION', 'NEWEST', 'FROM', 'SIZE', 'NEEDED BY', 'WHY'],
          items.map((one) => [
            one.name,
            one.version,
            one.latest ?? '',
            one.source,
            megabytes(one.bytes),
            one.usedBy.join(', '),
            reasonOf(one),
          ]),
        ),
      );
    });

  env
    .command('search')
    .description('names in the package index that fit, or the versions of one')
    .addArgument(project())
    .argument('<text>', 'a name or a part of one', checked(libraryName))
    .option('--versions', 'the versions of the library with this name that fit here', false)
    .action(async (name: string, text: string, { versions }: { versions: boolean }) => {
      const { client } = await connect();
      if (versions) {
        const params = { project: name, name: text };
        show(await forPeople(client.call('environment.library', { params })), (library) =>
          library.versions.map(({ version }) => plain(version)).join('\n'),
        );
        return;
      }
      const found = await forPeople(
        client.call('environment.search', { params: { project: name }, query: { q: text } }),
      );
      // The names may not be all that there are.
      const remark = found.preparing
        ? 'The list of all names is being fetched from the index; until it is there, only whole names are found.'
        : found.complete
          ? null
          : 'An index has no list of names, so only whole names are found there.';
      if (found.items.length === 0)
        throw new FatalError(`The index has no library like ${text}.${remark === null ? '' : ` ${remark}`}`);
      if (remark !== null) process.stderr.write(`${remark}\n`);
      show(found, ({ items }) =>
        items
          .map((one) => plain(one.installed === null ? one.name : `${one.name} (${one.installed} is installed)`))
          .join('\n'),
      );
    });

  env
    .command('check')
    .description('what libraries need and do not find; ends with 1 where there is something')
    .addArgument(project())
    .action(async (name: string) => {
      const { client } = await connect();
      const answer = await forPeople(client.call('environment.conflicts', { params: { project: name } }));
      const lines = conflictLines(answer);
      show(answer, () => (lines.length === 0 ? 'All libraries go together.' : plain(lines.join('\n'))));
      if (lines.length > 0) process.exitCode = 1;
    });

  env
    .command('export')
    .description('print the requirements or the lock')
    .addArgument(project())
    .addOption(
      new Option('--format <format>', 'what was asked for, or everything with exact versions and hashes')
        .choices(['requirements', 'lock'])
        .default('requirements'),
    )
    .option('--revision <number>', 'of this revision (default: the one in use)', revision)
    .option('--output <file>', 'write it there; a file that is there already is replaced')
    .action(async (name: string, options: { format: 'requirements' | 'lock'; revision?: number; output?: string }) => {
      const { client } = await connect();
      const query = {
        format: options.format,
        ...(options.revision === undefined ? {} : { revision: String(options.revision) }),
      };
      const response = await forPeople(client.open('environment.export', { params: { project: name }, query }));
      const text = await response.text();
      if (options.output === undefined) process.stdout.write(plain(text));
      else await writeFile(options.output, text);
    });

  env
    .command('history')
    .description('revisions, the newest first: who made them, when, and what changed')
    .addArgument(project())
    .action(async (name: string) => {
      const { client } = await connect();
      show(await forPeople(client.call('environment.revisions', { params: { project: name } })), ({ items }) =>
        plain(
          items
            .map(({ number, current, title, by, readyAt, createdAt, changes }) =>
              [
                `${number}${current ? ' (in use)' : ''}  ${readyAt ?? createdAt}  ${by ?? 'Emberlab'}  ${title ?? ''}`.trimEnd(),
                ...changeLines(changes ?? []).map((line) => `    ${line}`),
              ].join('\n'),
            )
            .join('\n'),
        ),
      );
    });

  env
    .command('operations')
    .description('changes, the newest first, with their ids')
    .addArgument(project())
    .action(async (name: string) => {
      const { client } = await connect();
      show(await forPeople(client.call('environment.operations', { params: { project: name } })), ({ items }) =>
        table(
          ['ID', 'STATE', 'WHEN', 'WHO', 'CHANGE'],
          items.map(({ id, state, createdAt, by, title }) => [id, state, createdAt, by ?? 'Emberlab', title]),
        ),
      );
    });

  env
    .command('log')
    .description('what a change has printed; of one that is being made, as it comes')
    .addArgument(project())
    .argument('[operation]', 'its id (default: the newest)')
    .action(async (name: string, given: string | undefined) => {
      const { client } = await connect();
      const params = { project: name };
      const operation =
        given === undefined
          ? (await forPeople(client.call('environment.operations', { params }))).items[0]
          : await forPeople(client.call('environment.operation', { params: { ...params, id: given } }));
      if (operation === undefined) throw new FatalError('Nothing was changed yet, so there is no log.');
      await copyLog(client, { project: name, id: operation.id }, (text) => process.stdout.write(text));
      if (given !== undefined) return;
      // It may have ended while it was read.
      const which = { ...params, id: operation.id };
      const now =
        operation.endedAt === null
          ? await forPeople(client.call('environment.operation', { params: which }))
          : operation;
      process.stderr.write(`${plain(outcome(now)).split('\n')[0]}\n`);
    });
}
