import { text } from 'node:stream/consumers';
import { email, labelText, newPassword, scope, type Scope } from '@emberlab/contract';
import { openAdmin, readConfig, type Config } from '@emberlab/server/admin';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { registerAlert } from './alert/index.ts';
import { registerEnv } from './env/index.ts';
import { registerFile } from './file/index.ts';
import { registerJobs } from './jobs/index.ts';
import { registerLogin } from './login.ts';
import { registerLivy } from './livy.ts';
import { registerMaintenance } from './maintenance.ts';
import { registerPeople } from './people.ts';
import { checked, UsageError } from './usage.ts';

const days = (value: string): number => {
  const parsed = z.coerce.number().int().min(1).max(365).safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError('Please give a whole number of days from 1 to 365.');
  return parsed.data;
};

type TokenOptions = { user: string; name: string; expiresInDays?: number; scope?: Scope[]; project?: string[] };

/** A new password, from standard input: arguments are there for all to see. */
async function readPassword(): Promise<string> {
  const password = newPassword.safeParse((await text(process.stdin)).replace(/\r?\n$/, ''));
  if (!password.success) throw new UsageError(password.error.issues.map((issue) => issue.message).join(' '));
  return password.data;
}

/** The command line, with everything that it can do. The reference page is made from it too. */
export function createProgram(): Command {
  const program = new Command('emberlab')
    .description('Emberlab from the command line: your login, and what administrators do. To serve, run ./start.')
    .option('--data <folder>', 'data folder (default ~/.emberlab)')
    .showHelpAfterError()
    .addHelpText('after', '\nExit codes: 0 done, 1 it failed, 2 the command or the settings are wrong.')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

  const config = (): Config => {
    const { data } = program.opts<{ data?: string }>();
    return readConfig(process.env, data === undefined ? {} : { data });
  };

  async function withAdmin<T>(act: (admin: Awaited<ReturnType<typeof openAdmin>>) => Promise<T>): Promise<T> {
    const admin = await openAdmin(config());
    try {
      return await act(admin);
    } finally {
      await admin.close();
    }
  }

  const user = program.command('user').description('accounts');
  user
    .command('add')
    .description('make an account')
    .argument('<email>', 'e-mail address', checked(email))
    .option('--name <name>', 'name that others see (default: what stands before the @)', checked(labelText))
    .option('--admin', 'may administer the platform', false)
    .option('--password-stdin', 'read the password from standard input', false)
    .option('--no-password', 'they log in through the provider of OpenID Connect, with this address')
    .action(
      async (
        address: string,
        options: { name?: string; admin: boolean; passwordStdin: boolean; password: boolean },
      ) => {
        if (options.passwordStdin !== options.password) {
          throw new UsageError('Please give either --password-stdin or --no-password.');
        }
        const password = options.password ? await readPassword() : null;
        const name = options.name ?? address.slice(0, address.indexOf('@'));
        const made = await withAdmin(({ users }) =>
          users.create({ email: address, name, password, admin: options.admin }),
        );
        process.stdout.write(`${made.email} can log in now${made.admin ? ', as an administrator' : ''}.\n`);
      },
    );

  user
    .command('password')
    .description('give somebody another password; all their logins end')
    .argument('<email>', 'e-mail address', checked(email))
    .requiredOption('--password-stdin', 'read the password from standard input')
    .action(async (address: string) => {
      const password = await readPassword();
      await withAdmin(async ({ users }) => {
        const found = await users.findByEmail(address);
        if (found === null) throw new UsageError(`There is no user with the address ${address}.`);
        await users.resetPassword(found, password);
      });
      process.stdout.write(`${address} can log in with the new password now. Other logins have ended.\n`);
    });

  registerPeople(user, withAdmin);
  registerMaintenance(program, config);
  registerLivy(program.command('project').description('projects'), withAdmin);

  registerLogin(program, () => config().publicOrigin);
  registerEnv(program, () => config().publicOrigin);
  registerFile(program, () => config().publicOrigin);
  registerJobs(program, () => config().publicOrigin);
  registerAlert(program, () => config().publicOrigin);

  const token = program.command('token').description('API tokens');
  token
    .command('create')
    .description('make a token and print it, alone on a line')
    .requiredOption('--user <email>', 'whose it is', checked(email))
    .requiredOption('--name <name>', 'what it is for', checked(labelText))
    .option('--expires-in-days <days>', 'how long it is good (default: until it is revoked)', days)
    .addOption(
      new Option('--scope <scope...>', 'what it may do; each includes read (default: all that the user may)').choices(
        scope.options,
      ),
    )
    .option('--project <name...>', 'the only projects that it opens (default: all of the user)')
    .action(async (options: TokenOptions) => {
      const made = await withAdmin(async ({ users }) => {
        const holder = await users.findByEmail(options.user);
        if (holder === null) {
          throw new UsageError(
            `There is no user with the address ${options.user}. Please make one with: ./emberlab user add ${options.user}`,
          );
        }
        const { name, expiresInDays = null, scope: scopes = null, project: projects = null } = options;
        const projectIds = await users.checkLimits(holder, { scopes: scopes ?? [], projects });
        return users.createToken(holder.id, name, expiresInDays, { scopes, projectIds });
      });
      process.stdout.write(`${made.secret}\n`);
    });

  return program;
}
