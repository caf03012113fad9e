import { LivyCallError } from './call-error.ts';
import type { LivyClient } from './client.ts';
import type { ExternalLifecycle } from './lifecycle.ts';
import { pathOf } from './make.ts';
import type { External, ExternalType, Upstream } from './model.ts';
import { readSeen, readSeenList, type Seen } from './seen.ts';

const pageSize = 100;
/** More than any Livy has: one that never came to an end must not keep us for ever. */
const mostPages = 100;

export type Poll = ReturnType<typeof createPoll>;

/**
 * Looks at what runs on a Livy by its lists alone: a request for one session would count as a sign of life of its client, and keep alive what that client
 * has left behind. Names tell whose it is: a Livy that was started anew gives the same numbers to others.
 */
export function createPoll({ client, lifecycle }: { client: LivyClient; lifecycle: ExternalLifecycle }) {
  const find = async (
    type: ExternalType,
    upstream: Upstream,
    wanted: ReadonlySet<string>,
  ): Promise<Map<string, Seen>> => {
    const found = new Map<string, Seen>();
    for (let page = 0; page < mostPages; page++) {
      const path = pathOf(type, '', `?from=${page * pageSize}&size=${pageSize}`);
      const { status, json } = await client.call(upstream, { method: 'GET', path });
      const list = status === 200 ? readSeenList(type, json) : null;
      if (list === null) throw new LivyCallError('maybe', `it answers ${status} instead of a list`);
      for (const item of list.items) if (item.name !== null && wanted.has(item.name)) found.set(item.name, item);
      const last = list.length < pageSize || (page + 1) * pageSize >= list.total;
      if (last || found.size === wanted.size) break;
    }
    return found;
  };

  /** Takes note of the state of `all`, which run on this server. Throws `LivyCallError`. */
  return async (upstream: Upstream, all: readonly External[]): Promise<void> => {
    for (const type of ['session', 'batch'] as const) {
      const ours = all.filter((external) => external.type === type && external.externalId !== null);
      if (ours.length === 0) continue;
      const found = await find(type, upstream, new Set(ours.map(({ externalName }) => externalName)));
      for (const { id, externalName } of ours) {
        const seen = found.get(externalName);
        if (seen !== undefined) {
          await lifecycle.seen(type, id, seen);
          continue;
        }
        // A list that changes while it is paged through may lack one that is there.
        const answer = await client.call(upstream, { method: 'GET', path: pathOf(type, externalName) });
        const there = answer.status === 200 ? readSeen(type, answer.json) : null;
        if (there !== null) await lifecycle.seen(type, id, there);
        else if (answer.status === 404) await lifecycle.vanished(type, id);
      }
    }
  };
}
