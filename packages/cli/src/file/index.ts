import { shownName, type ProjectEntry, type ProjectFolder } from '@emberlab/contract';
import { FatalError } from '@emberlab/server/admin';
import { Option, type Command } from 'commander';
import { address, connect, forPeople } from '../connection.ts';
import { checked } from '../usage.ts';
import { project } from '../env/context.ts';
import { plain, table } from '../env/texts.ts';
import { save } from './get.ts';
import { send, type Conflict } from './put.ts';

/** `emberlab file …`: the files of a project, through the API, with the token that `emberlab login` has kept. */
export function registerFile(program: Command, ownOrigin: () => string): void {
  const file = program
    .command('file')
    .description('the files of a project; paths are below its folder')
    .option('--at <address>', 'of Emberlab (default: as the settings say)', checked(address))
    .option('--json', 'answer as JSON, for programs', false);
  const options = () => file.opts<{ at?: string; json: boolean }>();
  const client = async () => (await connect(options().at ?? ownOrigin())).client;
  const show = (answer: unknown, text: string): void => {
    process.stdout.write(`${options().json ? JSON.stringify(answer, null, 2) : text}\n`);
  };

  file
    .command('list')
    .description('what is in a folder')
    .addArgument(project())
    .argument('[folder]', 'default: the project’s folder', '')
    .option('--all', 'also hidden names', false)
    .addOption(new Option('--sort <by>', 'order').choices(['name', 'size', 'changed']).default('name'))
    .option('--reverse', 'the other way round', false)
    .action(async (name: string, path: string, { all, sort, reverse }: ListOptions) => {
      const api = await client();
      const items: ProjectEntry[] = [];
      const query = {
        path,
        sort,
        all: all ? ('1' as const) : undefined,
        reverse: reverse ? ('1' as const) : undefined,
      };
      let after: string | null = null;
      do {
        const page: ProjectFolder = await forPeople(
          api.call('files.list', {
            params: { project: name },
            query: { ...query, ...(after === null ? {} : { after }) },
          }),
        );
        items.push(...page.items);
        after = page.next;
      } while (after !== null);
      show(
        items,
        table(
          ['NAME', 'BYTES', 'CHANGED'],
          items.map((one) => [
            plain(shownName(one.name)) + (one.type === 'folder' ? '/' : ''),
            one.size === null ? '' : String(one.size),
            one.changedAt,
          ]),
        ),
      );
    });

  file
    .command('get')
    .description('copy a file of the project, or a folder as a .tar archive, to this machine')
    .addArgument(project())
    .argument('<path>', 'in the project')
    .argument('[to]', 'a file here (default: its own name in the folder that you are in); -: standard output')
    .option('--force', 'overwrite a file that is here', false)
    .action(async (name: string, path: string, to: string | undefined, { force }: { force: boolean }) => {
      const api = await client();
      const entry = await forPeople(api.call('files.entry', { params: { project: name }, query: { path, all: '1' } }));
      const route = entry.type === 'folder' ? 'files.archive' : 'files.content';
      const own = entry.type === 'folder' ? `${entry.name || name}.tar` : entry.name;
      const answer = await forPeople(api.open(route, { params: { project: name }, query: { path } }));
      const saved = await save(answer, to ?? shownName(own), force);
      if (saved !== '-') process.stderr.write(`${plain(saved)}\n`);
    });

  file
    .command('put')
    .description('copy a file of this machine into a folder of the project; one that was broken off goes on')
    .addArgument(project())
    .argument('<file>', 'here')
    .argument('[folder]', 'in the project', 'Resources')
    .option('--name <name>', 'what it is called there (default: as here)')
    .addOption(
      new Option('--conflict <what>', 'where there is a file of that name; replace: that one goes into the bin')
        .choices(['refuse', 'replace', 'keepBoth'])
        .default('refuse'),
    )
    .action(async (name: string, from: string, folder: string, given: { name?: string; conflict: Conflict }) => {
      const api = await client();
      const entry = await send(api, { project: name, from, folder, conflict: given.conflict, name: given.name });
      show(entry, plain(shownName(entry.path)));
    });

  file
    .command('rm')
    .description('put files and folders into the bin')
    .addArgument(project())
    .argument('<path...>', 'in the project')
    .option('--forever', 'remove them for good: that makes room', false)
    .action(async (name: string, paths: string[], { forever }: { forever: boolean }) => {
      const api = await client();
      const answer = await forPeople(api.call('files.remove', { params: { project: name }, body: { paths, forever } }));
      if (answer.failed.length > 0) {
        throw new FatalError(answer.failed.map(({ path, message }) => `${path}: ${message}`).join('\n'));
      }
      show(answer, `${answer.removed} deleted`);
    });

  file
    .command('mv')
    .description('move a file or folder, or give it another name; nothing is overwritten')
    .addArgument(project())
    .argument('<from>', 'in the project')
    .argument('<to>', 'its new path')
    .action(async (name: string, from: string, to: string) => {
      const api = await client();
      const entry = await forPeople(api.call('files.move', { params: { project: name }, body: { from, to } }));
      show(entry, plain(shownName(entry.path)));
    });

  file
    .command('mkdir')
    .description('make a folder')
    .addArgument(project())
    .argument('<path>', 'in the project')
    .action(async (name: string, path: string) => {
      const api = await client();
      const entry = await forPeople(api.call('files.makeFolder', { params: { project: name }, body: { path } }));
      show(entry, plain(shownName(entry.path)));
    });
}

type ListOptions = { all: boolean; sort: 'name' | 'size' | 'changed'; reverse: boolean };
