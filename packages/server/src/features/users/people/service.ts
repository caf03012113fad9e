import type { Person } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Guesses } from '../guesses.ts';
import type { LoginService } from '../logins/service.ts';
import type { AdminChange, PeopleFilter, PeopleStore, PersonRecord } from './store.ts';

const pageSize = 50;
export type People = ReturnType<typeof createPeople>;

/**
 * People's accounts, as administrators look after them. `by`: the administrator who asks, who has to be one at that moment and may not do to themselves what
 * locks them out; null: the command line. `rightsChanged` ends what runs and is open without a right to be.
 */
export function createPeople(deps: {
  store: PeopleStore;
  clock: Clock;
  logins: LoginService;
  guesses: Guesses;
  rightsChanged: () => Promise<void>;
}) {
  const { store, clock, logins, guesses, rightsChanged } = deps;
  const present = async (records: readonly PersonRecord[]): Promise<Person[]> => {
    const locked = await guesses.locked(records.map(({ email }) => email));
    return records.map((record) => ({ ...record, locked: locked.has(record.email) }));
  };

  const find = async (email: string): Promise<Person> => {
    const record = await store.find(email);
    const [person] = record === null ? [] : await present([record]);
    if (person === undefined) {
      throw new HttpError('not_found', { message: `Nobody has an account with the address ${email}.` });
    }
    return person;
  };

  const notOneself = (person: Person, by: { id: string } | null): void => {
    if (person.id === by?.id) throw new HttpError('own_account');
  };
  const mustBeDone = (change: AdminChange): void => {
    if (change !== 'done') throw new HttpError(change);
  };

  return {
    /** A page of them, by address. `cursor`: the last address of the page before. */
    async list(filter: PeopleFilter, cursor = ''): Promise<{ items: Person[]; next: string | null }> {
      const found = await store.page(filter, { after: cursor, limit: pageSize + 1 });
      const items = await present(found.slice(0, pageSize));
      return { items, next: found.length > pageSize ? (items.at(-1)?.email ?? null) : null };
    },

    /**
     * Lets somebody in no more: their logins end for good, their tokens open nothing, and what runs for them ends before this resolves, or is told to.
     * Throws `not_found`, `own_account`, `last_administrator`, `forbidden`.
     */
    async disable(email: string, by: { id: string } | null): Promise<Person> {
      const person = await find(email);
      notOneself(person, by);
      if (person.disabledAt === null) mustBeDone(await store.disable(person.id, by?.id ?? null, clock.now()));
      await logins.endOthers(person.id, null);
      await rightsChanged();
      return find(email);
    },

    /** Lets somebody in again; their tokens open what they did. Throws `not_found`, `forbidden`. */
    async enable(email: string, by: { id: string } | null): Promise<Person> {
      mustBeDone(await store.enable((await find(email)).id, by?.id ?? null));
      return find(email);
    },

    /** Forgets the wrong passwords for an account. Throws `not_found`. */
    async unlock(email: string): Promise<Person> {
      await find(email);
      await guesses.forgive(email);
      return find(email);
    },

    /** Makes somebody an administrator, or no more. Throws `not_found`, `own_account`, `last_administrator`, `forbidden`. */
    async setAdministrator(email: string, admin: boolean, by: { id: string } | null): Promise<Person> {
      const person = await find(email);
      notOneself(person, by);
      if (admin && person.disabledAt !== null) {
        throw new HttpError('forbidden', { message: 'This account is disabled. Please enable it first.' });
      }
      const change = admin ? store.makeAdministrator : store.unmakeAdministrator;
      mustBeDone(await change(person.id, by?.id ?? null));
      await rightsChanged();
      return find(email);
    },
  };
}
