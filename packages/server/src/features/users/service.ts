import type { User } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { toInstant, type Clock } from '../../lib/clock.ts';
import { digest, newId, newSecret } from '../../lib/ids.ts';
import type { Guesses } from './guesses.ts';
import type { LoginPlace, LoginService, NewLogin } from './logins/service.ts';
import { checkPassword } from './password-rules.ts';
import { hashPassword, OverloadError, verifyPassword } from './password.ts';
import type { UserStore } from './store.ts';

const setUpLinkLifetime = 24 * 3_600_000;

/** `password` null: they log in another way, or an administrator gives them one later. */
export type NewUser = { email: string; name: string; password: string | null; admin: boolean };
type FirstUser = { email: string; name: string; password: string };
export type AccountService = ReturnType<typeof createAccountService>;

/** Accounts and their passwords. */
export function createAccountService(deps: { store: UserStore; clock: Clock; logins: LoginService; guesses: Guesses }) {
  const { store, clock, logins, guesses } = deps;

  async function create(user: NewUser): Promise<User> {
    if (user.password !== null) await checkPassword(user.password, user);
    const passwordHash = user.password === null ? null : await hashPassword(user.password);
    const record = { id: newId(), email: user.email, name: user.name, admin: user.admin, createdAt: clock.now() };
    const inserted = await store.insert({ ...record, passwordHash });
    if (!inserted)
      throw new HttpError('name_taken', { message: `There is a user with the address ${user.email} already.` });
    return { ...record, createdAt: toInstant(record.createdAt) };
  }

  /** Who has the address and the password, with what that was compared with; null: nobody, found out in the same time. */
  const verify = (email: string, password: string, address: string): Promise<{ user: User; hash: string } | null> =>
    guesses.attempt(email, address, async () => {
      const found = await store.findForPassword({ email });
      const fits = await verifyPassword(password, found?.hash ?? null).catch((error: unknown) => {
        throw error instanceof OverloadError ? new HttpError('too_many_requests', { cause: error }) : error;
      });
      return fits ? found : null;
    });

  return {
    create,

    /** Whether the tour of the dashboard has ended for a user. */
    hasEndedTour: store.hasEndedTour,
    setTourEnded: (userId: string, ended: boolean): Promise<void> =>
      store.setTourEnded(userId, ended ? clock.now() : null),

    /** Whether nobody can log in yet. */
    setUpNeeded: async (): Promise<boolean> => (await store.count()) === 0,

    /** A secret for a set-up link, good for a day and until there is a user; those made before stay good as long. */
    async newSetUpLink(): Promise<string> {
      const secret = newSecret('ember_setup');
      await store.insertSetUpLink(digest(secret), clock.now(), clock.now() + setUpLinkLifetime);
      return secret;
    },

    /** Makes the first administrator and logs them in. Throws `set_up_done` for a link that is used, wrong or late, and `weak_password`. */
    async setUp(token: string, { email, name, password }: FirstUser, place: LoginPlace): Promise<NewLogin> {
      // Looked at before the password is hashed, which costs something; decided again in one transaction.
      if ((await store.count()) > 0) throw new HttpError('set_up_done');
      await checkPassword(password, { email, name });
      const record = { id: newId(), email, name, admin: true, createdAt: clock.now() };
      const made = await store.insertFirst({ ...record, passwordHash: await hashPassword(password) }, digest(token));
      if (!made) throw new HttpError('set_up_done');
      return logins.begin({ ...record, createdAt: toInstant(record.createdAt) }, place);
    },

    /**
     * Throws `wrong_credentials`, alike and after the same time for an unknown address and a wrong password, and `too_many_requests` or
     * `too_many_guesses` after too many of them, be there such an account or not.
     */
    async logIn(email: string, password: string, place: LoginPlace): Promise<NewLogin> {
      const verified = await verify(email.trim().toLowerCase(), password, place.address);
      if (verified === null) throw new HttpError('wrong_credentials');
      const login = await logins.begin(verified.user, place);
      // Looked at once the login is there: whoever changes the password ends the logins that are there by then, and one that came later is ended here.
      const now = await store.findForPassword({ id: verified.user.id });
      if (now?.hash === verified.hash) return login;
      await logins.end(digest(login.secret));
      throw new HttpError('wrong_credentials');
    },

    hasPassword: async (userId: string): Promise<boolean> => (await store.findForPassword({ id: userId })) !== null,

    /**
     * Changes a password that its owner knows. Their other logins end: whoever had the old one is out. Throws `wrong_credentials` as `logIn` does,
     * `weak_password`, and `forbidden` for an account without a password.
     */
    async changePassword(
      user: { readonly id: string; readonly email: string; readonly name: string },
      change: { current: string; password: string },
      login: { digest: string; address: string },
    ): Promise<void> {
      if ((await store.findForPassword({ id: user.id })) === null) {
        throw new HttpError('forbidden', { message: 'This account logs in without a password.' });
      }
      const message = 'This is not your password at present.';
      const wrong = () => new HttpError('wrong_credentials', { message, details: [{ path: 'current', message }] });
      const verified = await verify(user.email, change.current, login.address);
      if (verified === null) throw wrong();
      await checkPassword(change.password, user);
      // Only what was verified is replaced: of two changes by the same old password the later one has lost it.
      const hash = await hashPassword(change.password);
      if (!(await store.replacePasswordHash(user.id, { from: verified.hash, to: hash }))) throw wrong();
      await logins.endOthers(user.id, login.digest);
    },

    /** Gives somebody a password, as an administrator at the command line; all their logins end. Throws `weak_password`. */
    async resetPassword(user: User, password: string): Promise<void> {
      await checkPassword(password, user);
      await store.setPasswordHash(user.id, await hashPassword(password));
      await logins.endOthers(user.id, null);
    },

    findByEmail: (email: string): Promise<User | null> => store.findByEmail(email.trim().toLowerCase()),
    firstAdmin: (): Promise<User | null> => store.firstAdmin(),
    forgetExpired: (): Promise<void> => store.deleteExpiredSetUpLinks(clock.now()),
  };
}
