import { labelText, type User } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import { toInstant, type Clock } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import type { Identity } from './provider.ts';
import type { OpenIdSettings } from './settings.ts';
import type { IdentityStore } from './store.ts';

/** The name that others see: what the provider says where that is a label, else what stands before the @. */
function nameOf({ name, email }: Identity): string {
  const label = labelText.safeParse((name ?? '').slice(0, 120));
  return label.success ? label.data : (email?.split('@')[0] ?? 'Somebody').slice(0, 120);
}

/** Which account an identity opens. The key is issuer and subject; an address, which may pass from one person to another, opens none that has a way in. */
export function createIdentityAccounts(deps: {
  store: IdentityStore;
  clock: Clock;
  settings: Pick<OpenIdSettings, 'domains' | 'signUp'>;
}) {
  const { store, clock, settings } = deps;

  async function known(identity: Identity): Promise<User | null> {
    const found = await store.find(identity.issuer, identity.subject);
    if (found !== null && found.user === null) throw new HttpError('openid_no_account');
    return found?.user ?? null;
  }

  return {
    /** Throws `openid_email`, `openid_not_linked` and `openid_no_account`. */
    async resolve(identity: Identity): Promise<User> {
      const user = await known(identity);
      if (user !== null) return user;
      const { email, issuer, subject } = identity;
      if (email === null) throw new HttpError('openid_email');
      const now = clock.now();
      const holder = await store.findByEmail(email);
      if (holder !== null) {
        if (!holder.claimable) throw new HttpError('openid_not_linked');
        if (!(await store.insert({ issuer, subject, userId: holder.user.id, now })))
          throw new HttpError('openid_taken');
        return holder.user;
      }
      // The whole domain, not its end: example.org.evil.example and evil-example.org are others.
      const domain = email.slice(email.lastIndexOf('@') + 1);
      const mayJoin = settings.signUp && (settings.domains === null || settings.domains.includes(domain));
      // The first account is an administrator's, made with the set-up link.
      if (!mayJoin || !(await store.anybody())) throw new HttpError('openid_no_account');
      const made = { id: newId(), email, name: nameOf(identity) };
      if (await store.insertUser({ ...made, now }, { issuer, subject })) {
        return { ...made, admin: false, createdAt: toInstant(now) };
      }
      // Twice at once: the other one has made it.
      const other = await known(identity);
      if (other === null) throw new HttpError('openid_not_linked');
      return other;
    },

    /** Adds the identity to an account whose user has shown that it is theirs. Throws `openid_taken`. */
    async link(userId: string, { issuer, subject }: Identity): Promise<void> {
      const found = await store.find(issuer, subject);
      if (found?.userId === userId) return;
      const free = found === null && !(await store.hasOne(userId, issuer));
      if (!free || !(await store.insert({ issuer, subject, userId, now: clock.now() }))) {
        throw new HttpError('openid_taken');
      }
    },
  };
}
export type IdentityAccounts = ReturnType<typeof createIdentityAccounts>;
