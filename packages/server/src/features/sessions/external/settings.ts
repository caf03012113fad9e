import type { LivySettings, LivySettingsBody, LivyTest } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import { toInstant, type Clock } from '../../../lib/clock.ts';
import { compileReach } from '../../../lib/reach.ts';
import { LivyCallError } from './call-error.ts';
import type { Answer, LivyClient } from './client.ts';
import type { LivyStore, NewLivyServer } from './livy-store.ts';
import { upstreamOf } from './login.ts';
import type { Upstream } from './model.ts';

export type LivySettingsService = ReturnType<typeof createLivySettings>;

/**
 * Which Livy a project's sessions run on, as owners and administrators set it. The secret goes in and never comes out. Throws `bad_request`, with the field
 * that is wrong.
 */
export function createLivySettings(parts: {
  store: LivyStore;
  client: LivyClient;
  clock: Clock;
  /** rules of the addresses that owners may set */
  allowed: readonly string[];
  /** a project's Livy is another now */
  onChanged: () => void;
}) {
  const { store, client, clock } = parts;
  const allowed = compileReach(parts.allowed);

  /** What is to be set, with the secret that is kept where none was entered. */
  const complete = async (projectId: string, body: LivySettingsBody, byAdmin: boolean): Promise<NewLivyServer> => {
    const { url, login, runAs } = body;
    const before = await store.findCurrent(projectId);
    const sameUrl = before?.url === url;
    const setByAdmin = byAdmin || (sameUrl && before.setByAdmin);
    if (!setByAdmin && !allowed.mayTry(new URL(url))) throw wrong('url', notAllowed(parts.allowed));
    const user = login.type === 'basic' ? login.user : null;
    const entered = login.type === 'basic' ? login.password : login.type === 'bearer' ? login.token : undefined;
    // Kept for exactly what it was entered for: whoever changes the address must not have it sent there.
    const kept = sameUrl && before.login === login.type && before.user === user ? before.secret : null;
    const secret = entered ?? kept;
    if (kept !== null && entered === undefined && before?.setByAdmin === true && !byAdmin && before.runAs !== runAs) {
      throw wrong(
        'runAs',
        'An administrator has entered this login: only they can change who sessions run as with it.',
      );
    }
    if (login.type !== 'none' && secret === null) {
      const field = login.type === 'basic' ? 'password' : 'token';
      const why = before === null ? '' : ' The stored one is for the former address and login only.';
      throw wrong(`login.${field}`, `Please enter the ${field}.${why}`);
    }
    return { url, login: login.type, user, secret: login.type === 'none' ? null : secret, runAs, setByAdmin };
  };

  return {
    /** `byAdmin`: the one who looks is an administrator. */
    async get(projectId: string, byAdmin: boolean): Promise<LivySettings> {
      const server = await store.findCurrent(projectId);
      return {
        server:
          server === null
            ? null
            : {
                url: server.url,
                login: server.login,
                user: server.user,
                runAs: server.runAs,
                changedAt: toInstant(server.changedAt),
              },
        allowed: [...parts.allowed],
        mayChooseAny: byAdmin,
      };
    },

    async set(projectId: string, body: LivySettingsBody, byAdmin: boolean): Promise<void> {
      await store.set(projectId, await complete(projectId, body, byAdmin), clock.now());
      parts.onChanged();
    },

    async remove(projectId: string): Promise<void> {
      await store.retire(projectId, clock.now());
      parts.onChanged();
    },

    /** Tries what may be set: whether a Livy is there and lets Emberlab in. */
    async test(projectId: string, body: LivySettingsBody, byAdmin: boolean): Promise<LivyTest> {
      const server = await complete(projectId, body, byAdmin);
      return tryLivy(client, () => upstreamOf(server, allowed));
    },

    /** The same for what is set. Null: nothing is. */
    async testCurrent(projectId: string): Promise<LivyTest | null> {
      const server = await store.findCurrent(projectId);
      return server === null ? null : tryLivy(client, () => upstreamOf(server, allowed));
    },
  };
}

const wrong = (path: string, message: string) =>
  new HttpError('bad_request', { message, details: [{ path, message }] });

const notAllowed = (rules: readonly string[]): string =>
  rules.length === 0
    ? 'Only an administrator can set an address: none is allowed to others (EMBERLAB_LIVY_ALLOWED).'
    : `This address is not allowed here. Allowed are: ${rules.join(', ')}. An administrator can set others.`;

async function tryLivy(client: LivyClient, upstream: () => Upstream): Promise<LivyTest> {
  const no = (message: string): LivyTest => ({ works: false, message, version: null });
  const refused = ({ status }: Answer, login: string | null): LivyTest | null => {
    if (status === 401 || status === 407) {
      return no(
        login === null
          ? `Livy wants a login (${status}). Please enter one.`
          : `Livy refuses this login (${status}). Please check user, password or token.`,
      );
    }
    if (status === 403) return no('Livy knows this login and does not let it in (403). Please ask whoever runs Livy.');
    return null;
  };
  try {
    const server = upstream();
    const about = await client.call(server, { method: 'GET', path: '/version' });
    const denied = refused(about, server.authorization);
    if (denied !== null) return denied;
    const version = (about.json as { version?: unknown } | null | undefined)?.version;
    if (about.status !== 200 || typeof version !== 'string') {
      return no(
        about.status === 404
          ? 'Something answers there, and there is no Livy at this path (404). Please check the address.'
          : `Something answers there, but not as a Livy does (status ${about.status}). Please check the address.`,
      );
    }
    // Some let everybody ask for the version.
    const sessions = await client.call(server, { method: 'GET', path: '/sessions?from=0&size=1' });
    const closed = refused(sessions, server.authorization);
    if (closed !== null) return closed;
    if (sessions.status !== 200) return no(`Livy is there, but can't list its sessions (status ${sessions.status}).`);
    return { works: true, message: `Livy ${version.slice(0, 100)} answers.`, version: version.slice(0, 100) };
  } catch (error) {
    if (error instanceof LivyCallError) return no(`That did not work: ${error.message}.`);
    throw error;
  }
}
