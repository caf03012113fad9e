import { text } from 'node:stream/consumers';
import { livyRunAs, livySettingsBody, livyUrl } from '@emberlab/contract';
import type { openAdmin } from '@emberlab/server/admin';
import { Option, type Command } from 'commander';
import { checked, UsageError } from './usage.ts';

type Admin = Awaited<ReturnType<typeof openAdmin>>;

type SetOptions = { user?: string; passwordStdin: boolean; tokenStdin: boolean; runAs: string };

/** `emberlab project livy …`: the Livy that sessions of a project run on. */
export function registerLivy(project: Command, withAdmin: <T>(act: (admin: Admin) => Promise<T>) => Promise<T>): void {
  /** What is done with a project, by its name. */
  const withProject = <T>(name: string, act: (livy: Admin['livy'], projectId: string) => Promise<T>): Promise<T> =>
    withAdmin(async (admin) => {
      const id = await admin.projects.idOf(name);
      if (id === null) throw new UsageError(`There is no project ${name}.`);
      return act(admin.livy, id);
    });

  const livy = project
    .command('livy')
    .description('the Livy that sessions of a project run on, instead of Emberlab’s own drivers');

  livy
    .command('show')
    .description('say which it is')
    .argument('<project>', 'name of the project')
    .action(async (name: string) => {
      const { server } = await withProject(name, (admin, id) => admin.get(id));
      process.stdout.write(
        server === null
          ? `Sessions of ${name} run on Emberlab’s own drivers.\n`
          : `Sessions of ${name} run on ${server.url}, with ${loginText(server)}, ${runAsTexts[server.runAs]}.\n`,
      );
    });

  livy
    .command('set')
    .description('let new sessions run on a Livy')
    .argument('<project>', 'name of the project')
    .argument('<url>', 'such as http://livy.example.org:8998', checked(livyUrl))
    .option('--user <name>', 'log in with this name and a password')
    .option('--password-stdin', 'read the password from standard input', false)
    .option('--token-stdin', 'log in with a bearer token, read from standard input', false)
    .addOption(
      new Option(
        '--run-as <who>',
        'who sessions run as, where Livy may impersonate: whoever Livy runs as, the whole e-mail address of their owner, or what stands before its @',
      )
        .choices(livyRunAs.options)
        .default('livy'),
    )
    .action(async (name: string, url: string, options: SetOptions) => {
      const login = await readLogin(options);
      const body = livySettingsBody.safeParse({ url, login, runAs: options.runAs });
      if (!body.success) throw new UsageError(body.error.issues.map((issue) => issue.message).join(' '));
      const tried = await withProject(name, async (admin, id) => {
        await admin.set(id, body.data);
        return admin.test(id);
      });
      process.stdout.write(`New sessions of ${name} run on ${url} now. ${tried?.message ?? ''}\n`);
    });

  livy
    .command('test')
    .description('try the connection')
    .argument('<project>', 'name of the project')
    .action(async (name: string) => {
      const tried = await withProject(name, (admin, id) => admin.test(id));
      if (tried === null) {
        throw new UsageError(`Sessions of ${name} run on Emberlab’s own drivers: there is no Livy to try.`);
      }
      process.stdout.write(`${tried.message}\n`);
      if (!tried.works) process.exitCode = 1;
    });

  livy
    .command('remove')
    .description('let new sessions run on Emberlab’s own drivers again')
    .argument('<project>', 'name of the project')
    .action(async (name: string) => {
      await withProject(name, (admin, id) => admin.remove(id));
      process.stdout.write(
        `New sessions of ${name} run on Emberlab’s own drivers now. Those that run on a Livy go on there.\n`,
      );
    });
}

type Server = NonNullable<Awaited<ReturnType<Admin['livy']['get']>>['server']>;

const runAsTexts: Readonly<Record<Server['runAs'], string>> = {
  livy: 'as whoever Livy runs as',
  email: 'as their owners’ e-mail addresses',
  name: 'as their owners’ short names',
};

function loginText({ login, user }: Server): string {
  if (login === 'basic') return `user ${user}`;
  return login === 'bearer' ? 'a token' : 'no login';
}

/** How Emberlab logs in at a Livy. Secrets come from standard input alone: arguments are there for all to see. */
async function readLogin({ user, passwordStdin, tokenStdin }: SetOptions): Promise<object> {
  if (tokenStdin && (user !== undefined || passwordStdin)) {
    throw new UsageError('Please give either --user with --password-stdin, or --token-stdin.');
  }
  if (passwordStdin && user === undefined) throw new UsageError('Please say whose password it is, with --user.');
  const read = async () => (await text(process.stdin)).replace(/\r?\n$/, '');
  if (tokenStdin) return { type: 'bearer', token: await read() };
  if (user === undefined) return { type: 'none' };
  return { type: 'basic', user, ...(passwordStdin ? { password: await read() } : {}) };
}
