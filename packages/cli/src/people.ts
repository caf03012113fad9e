import { email } from '@emberlab/contract';
import type { openAdmin } from '@emberlab/server/admin';
import type { Command } from 'commander';
import { checked } from './usage.ts';

type Admin = Awaited<ReturnType<typeof openAdmin>>;
type WithAdmin = <T>(act: (admin: Admin) => Promise<T>) => Promise<T>;

/** What administrators do about the accounts of people who have one. */
export function registerPeople(user: Command, withAdmin: WithAdmin): void {
  const command = (name: string, description: string) =>
    user.command(name).description(description).argument('<email>', 'e-mail address', checked(email));

  command('disable', 'let somebody in no more; what runs for them ends').action(async (address: string) => {
    await withAdmin(({ people }) => people.disable(address));
    process.stdout.write(`${address} can no longer log in. What runs for them ends within seconds.\n`);
  });

  command('enable', 'let somebody in again').action(async (address: string) => {
    await withAdmin(({ people }) => people.enable(address));
    process.stdout.write(`${address} can log in again.\n`);
  });

  command('unlock', 'forget the wrong passwords for an account').action(async (address: string) => {
    await withAdmin(({ people }) => people.unlock(address));
    process.stdout.write(`${address} can try to log in again now.\n`);
  });

  command('admin', 'make somebody an administrator, or no more')
    .option('--remove', 'they are one no more', false)
    .action(async (address: string, { remove }: { remove: boolean }) => {
      await withAdmin(({ people }) => people.setAdministrator(address, !remove));
      process.stdout.write(`${address} is ${remove ? 'no administrator any more' : 'an administrator now'}.\n`);
    });
}
