import type { Clock } from '../../../lib/clock.ts';
import { createKeyedQueue } from '../../../lib/lifecycle.ts';
import type { Log } from '../../../lib/log.ts';
import type { Admission } from '../../limits/index.ts';
import { takenElsewhere } from '../demand.ts';
import { LivyError, nameTaken } from '../livy/errors.ts';
import { LivyCallError } from './call-error.ts';
import type { LivyClient } from './client.ts';
import type { ExternalLifecycle } from './lifecycle.ts';
import type { External, ExternalType, LivyServer, Upstream } from './model.ts';
import { refusalOf, unreachable } from './refusals.ts';
import { readSeen, type Seen } from './seen.ts';
import type { ExternalStore, Listed, NewExternal } from './store.ts';

/** What a client asks for, checked. `body`: the request to a Livy, by the name there and who it runs as. */
export type Making = Pick<NewExternal, 'type' | 'kind' | 'name' | 'notebook' | 'request' | 'serverId'> & {
  readonly project: { readonly id: string; readonly name: string };
  readonly owner: { readonly id: string; readonly email: string };
  body(naming: { externalName: string; proxyUser: string | null }): Record<string, unknown>;
};

export type Maker = ReturnType<typeof createMaker>;

/** The path of Livy's for sessions or batches, and what comes below it. */
export const pathOf = (type: ExternalType, key: number | string = '', below = ''): string =>
  `/${type === 'session' ? 'sessions' : 'batches'}${key === '' ? '' : `/${key}`}${below}`;

/**
 * Makes sessions and batches on projects' Livy servers. The row comes first and has a name that is nobody else's, so whatever happens between the request
 * and its answer, what was made can be found by that name, and nothing is made twice.
 */
export function createMaker(parts: {
  admission: Admission;
  store: ExternalStore;
  client: LivyClient;
  lifecycle: ExternalLifecycle;
  clock: Clock;
  log: Log;
  newSuffix: () => string;
}) {
  const { store, client, lifecycle } = parts;
  const inTurn = createKeyedQueue();
  /** those whose answer is still awaited here, by type and id */
  const pending = new Map<string, Promise<External>>();
  const keyOf = ({ type, id }: Pick<External, 'type' | 'id'>) => `${type} ${id}`;

  /** Looks for one by its name there, and takes note of what is found. Null: that Livy does not know it. Throws a `LivyCallError`. */
  const findByName = async (external: External, upstream: Upstream): Promise<Seen | null> => {
    const answer = await client.call(upstream, { method: 'GET', path: pathOf(external.type, external.externalName) });
    const seen = answer.status === 200 ? readSeen(external.type, answer.json) : null;
    if (seen !== null) await lifecycle.seen(external.type, external.id, seen);
    return seen;
  };

  /** A refused request leaves a nameless rest behind in some versions of Livy, in others one with our name: that one is removed. */
  const sweep = async (external: External, upstream: Upstream): Promise<void> => {
    const path = pathOf(external.type, external.externalName);
    const { status, json } = await client.call(upstream, { method: 'GET', path });
    const rest = status === 200 ? readSeen(external.type, json) : null;
    if (rest !== null) await client.call(upstream, { method: 'DELETE', path });
  };

  const ask = async (external: External, upstream: Upstream, body: Record<string, unknown>): Promise<External> => {
    const { type, id } = external;
    try {
      const answer = await client.call(upstream, { method: 'POST', path: pathOf(type), body });
      const seen = answer.status === 200 || answer.status === 201 ? readSeen(type, answer.json) : null;
      if (seen !== null) return (await lifecycle.seen(type, id, seen)) ?? external;
      if (answer.status >= 400) {
        await store.remove(type, id);
        void sweep(external, upstream).catch((error: unknown) =>
          parts.log.warn(
            { err: error },
            'what a refused request may have left on a project’s Livy could not be looked for',
          ),
        );
        throw refusalOf(answer, { repeatable: false, subject: null });
      }
      throw new LivyCallError('maybe', `it answered something that is no ${type}`);
    } catch (error) {
      if (!(error instanceof LivyCallError)) throw error;
      if (error.sent === 'no') {
        await store.remove(type, id);
        throw unreachable(error, { repeatable: true });
      }
      const found = await findByName(external, upstream).catch(() => null);
      const now = found === null ? null : await store.find(type, id);
      if (now !== null) return now;
      // Its client gets no number, so nobody will use it: the worker looks for it and ends it.
      await lifecycle.stop(type, id, 'failed');
      throw unreachable(error, { repeatable: false });
    }
  };

  /** One that a key has made before; the answer waits until it is known what became of it. */
  const settled = async (external: External, upstream: () => Promise<Upstream>): Promise<External> => {
    const awaited = pending.get(keyOf(external));
    if (awaited !== undefined) return awaited;
    if (external.externalId !== null || external.endedAt !== null) return external;
    try {
      await findByName(external, await upstream());
    } catch (error) {
      throw error instanceof LivyCallError ? unreachable(error, { repeatable: true }) : error;
    }
    const now = await store.find(external.type, external.id);
    if (now !== null && now.externalId !== null) return now;
    throw new LivyError(424, `It is not known yet whether the Livy of this project has started the ${external.type}.`);
  };

  return {
    findByName,
    settled,

    /** Whether its answer is still awaited here. */
    isPending: (external: External): boolean => pending.has(keyOf(external)),

    /** Makes one, or answers the one that another request with its key makes at the same time. Throws `LivyError`, and `HttpError('limit_reached')` where its member or project has no room for it. */
    async make(
      server: LivyServer,
      upstream: Upstream,
      making: Making,
      idempotencyKey: string | null,
      filter: Listed,
    ): Promise<External> {
      const proxyUser = await runsAs(server, making.owner, store);
      const turn = await inTurn(`${filter.projectId} ${filter.userId} ${filter.type}`, async () => {
        const same = idempotencyKey === null ? null : await store.findListed(filter, { idempotencyKey });
        if (same !== null) return { known: same };
        if (making.name !== null) {
          const same = await store.findListed(filter, { name: making.name });
          if (same !== null && same.endedAt === null) {
            throw nameTaken(making.name, same.id);
          }
        }
        const id = await parts.admission.inTurn(async (check) => {
          await check(takenElsewhere({ projectId: making.project.id, userId: making.owner.id }));
          return store.insert({
            type: making.type,
            kind: making.kind,
            name: making.name,
            notebook: making.notebook,
            request: making.request,
            serverId: making.serverId,
            idempotencyKey,
            projectId: making.project.id,
            userId: making.owner.id,
            livyId: server.id,
            now: parts.clock.now(),
            externalName: (number) => `emberlab-${making.project.name}-${number}-${parts.newSuffix()}`,
          });
        });
        const made = await store.find(making.type, id);
        if (made === null) throw new Error(`the ${making.type} ${id} is gone right after it was made`);
        lifecycle.publish(made);
        const body = making.body({ externalName: made.externalName, proxyUser });
        const asked = ask(made, upstream, body).finally(() => pending.delete(keyOf(made)));
        // Within the turn: whoever comes next with the same key finds it.
        pending.set(keyOf(made), asked);
        return { asked };
      });
      return turn.asked ?? settled(turn.known, async () => upstream);
    },
  };
}

/** The user of the cluster that a Livy is told to run something as; null: whoever Livy itself is. Known from the login, never from a request. */
async function runsAs(server: LivyServer, owner: Making['owner'], store: ExternalStore): Promise<string | null> {
  if (server.runAs === 'livy') return null;
  if (server.runAs === 'email') return owner.email;
  const name = shortName(owner.email);
  if (!/^[a-z0-9_][a-z0-9._-]*$/.test(name)) {
    throw new LivyError(
      403,
      `"${name}" can't be the name of a user of the cluster. Please ask an administrator for an address with a plain name.`,
    );
  }
  if (await store.isSharedName(name, owner.id)) {
    throw new LivyError(
      403,
      `Several users of Emberlab are called "${name}" before the @, so the cluster could not tell them apart. Please ask an owner of the project to use whole e-mail addresses.`,
    );
  }
  return name;
}

/** What stands before the @ of an e-mail address. */
export const shortName = (email: string): string => email.slice(0, email.lastIndexOf('@')).toLowerCase();
