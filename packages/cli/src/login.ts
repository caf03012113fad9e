import { ApiError, createClient, NetworkError } from '@emberlab/contract';
import { FatalError } from '@emberlab/server/admin';
import type { Command } from 'commander';
import { logInByBrowser } from './browser-login.ts';
import { address, connect, forPeople } from './connection.ts';
import { credentialsFile, keepCredential, readCredentials } from './credentials.ts';
import { checked } from './usage.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** `emberlab login`, `logout` and `whoami`: a token of one's own, granted in the browser. `ownOrigin`: that of the platform with these settings. */
export function registerLogin(program: Command, ownOrigin: () => string): void {
  const file = credentialsFile(process.env);
  const kept = (given: string | undefined) => connect(given ?? ownOrigin(), '');

  program
    .command('login')
    .description('get a token of your own, granted in the browser')
    .argument(
      '[address]',
      'of Emberlab, such as https://emberlab.example.org (default: as the settings say)',
      checked(address),
    )
    .option('--paste', 'type the code yourself: for a browser on another machine', false)
    .action(async (given: string | undefined, { paste }: { paste: boolean }) => {
      const origin = given ?? ownOrigin();
      const client = createClient({ baseUrl: origin });
      // Before anybody opens a page: is there an Emberlab, and can the login be kept?
      await forPeople(client.call('auth.state', {}));
      await readCredentials(file);
      const { token, user } = await logInByBrowser({
        origin,
        paste,
        print,
        redeem: (code, verifier) => forPeople(client.call('auth.cli', { body: { code, verifier } })),
      });
      const { secret, expiresAt } = token;
      await keepCredential(file, origin, { token: secret, email: user.email, expiresAt });
      const until = expiresAt === null ? '' : ` until ${expiresAt.slice(0, 10)}`;
      print(`You are logged in to ${origin} as ${user.email}${until}. The token is in ${file}.`);
    });

  program
    .command('logout')
    .description('revoke that token and forget it')
    .argument('[address]', 'of Emberlab (default: as the settings say)', checked(address))
    .action(async (given: string | undefined) => {
      const { origin, client } = await kept(given);
      await client.call('auth.logOut', {}).catch((error: unknown) => {
        // A token that is no longer good needs no revocation.
        if (error instanceof ApiError && error.status === 401) return;
        throw error instanceof ApiError || error instanceof NetworkError
          ? new FatalError(`The token was not revoked: ${error.message}`)
          : error;
      });
      await keepCredential(file, origin, null);
      print(`You are logged out of ${origin}.`);
    });

  program
    .command('whoami')
    .description('say who you are logged in as')
    .argument('[address]', 'of Emberlab (default: as the settings say)', checked(address))
    .action(async (given: string | undefined) => {
      const { client } = await kept(given);
      print((await forPeople(client.call('me.get', {}))).email);
    });
}
