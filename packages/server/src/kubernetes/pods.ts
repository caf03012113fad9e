import type { V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../lib/clock.ts';
import type { Cluster } from './cluster.ts';

/** So old what we know of the Pods may be, ms: however many servers there are, the cluster is asked once in that time. */
const freshMs = 500;

/** The Pods of one Emberlab, as the cluster had them last. */
export function createPods(cluster: Cluster, clock: Clock, selector: string) {
  let known: ReadonlyMap<string, V1Pod> | null = null;
  let askedAt = 0;
  let asking: Promise<void> | null = null;
  /** Pods that were made while a list was on its way, which may lack them. */
  const made = new Map<string, V1Pod>();

  const ask = (): Promise<void> =>
    (asking ??= (async () => {
      const sure = [...made.keys()];
      try {
        const pods = await cluster.list(selector);
        for (const name of sure) made.delete(name);
        known = new Map(pods.map((pod) => [pod.metadata?.name ?? '', pod]));
        askedAt = clock.steady();
      } finally {
        asking = null;
      }
    })());

  const current = async (): Promise<void> => {
    if (known === null || clock.steady() - askedAt >= freshMs) await ask();
  };

  return {
    /** All of them, as they were half a second ago. */
    async known(): Promise<readonly V1Pod[]> {
      await current();
      return [...made.values(), ...(known?.values() ?? [])];
    },
    /** A Pod by its name, as it was half a second ago; null: there is none. Throws where the cluster does not answer. */
    async find(name: string): Promise<V1Pod | null> {
      await current();
      return made.get(name) ?? known?.get(name) ?? null;
    },
    /** All of them, as they are now. */
    async all(): Promise<readonly V1Pod[]> {
      await ask();
      return [...(known?.values() ?? [])];
    },
    async create(pod: V1Pod): Promise<V1Pod> {
      const created = await cluster.create(pod);
      made.set(created.metadata?.name ?? '', created);
      return created;
    },
    /** It is gone. */
    forget(name: string): void {
      made.delete(name);
      known = new Map([...(known ?? [])].filter(([one]) => one !== name));
    },
  };
}
