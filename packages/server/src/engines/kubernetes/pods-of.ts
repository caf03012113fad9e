import { openCluster, type Cluster, type ClusterPlace } from '../../kubernetes/cluster.ts';
import { createPods } from '../../kubernetes/pods.ts';
import { labels, selectorFor } from '../../kubernetes/words.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { EngineError } from '../engine.ts';
import type { PodHandle } from './files.ts';

const lookEveryMs = 100;
/** What its node does not end within this long after its time is struck off; ms. */
const patienceMs = 30_000;
/** Executors go with their driver, by the cluster's own doing; after so long we see to it. */
const collectedMs = 3000;

/** The Pods of one Emberlab, in one namespace. Every call throws what the API server, or the way to it, said. */
export type NamespacePods = ReturnType<typeof createNamespacePods>;

function createNamespacePods(cluster: Cluster, clock: Clock, platform: string) {
  const pods = createPods(cluster, clock, selectorFor(labels.platform, platform));

  /** Resolves when there is no such Pod; after `ms` false. */
  async function isGone({ name, uid }: Pick<PodHandle, 'name' | 'uid'>, ms: number): Promise<boolean> {
    for (const end = clock.steady() + ms; ;) {
      if ((await cluster.get(name))?.metadata?.uid !== uid) return true;
      if (clock.steady() >= end) return false;
      await delay(clock, lookEveryMs);
    }
  }

  /** Resolves when none of a driver's executors is there. */
  async function executorsGone(driver: string): Promise<void> {
    const selector = selectorFor(labels.driver, driver);
    const begun = clock.steady();
    for (;;) {
      const left = await cluster.list(selector);
      if (left.length === 0) return;
      const waited = clock.steady() - begun;
      if (waited >= patienceMs)
        throw new EngineError(`Executors of ${driver} have not ended within ${patienceMs / 1000} s.`);
      if (waited >= collectedMs) for (const { metadata } of left) await cluster.delete(metadata?.name ?? '', 0);
      await delay(clock, lookEveryMs);
    }
  }

  return {
    cluster,
    create: pods.create,
    known: pods.known,
    all: pods.all,
    /** Half a second old at most; null: it is gone. */
    async find({ name, uid }: PodHandle) {
      const pod = await pods.find(name);
      return pod?.metadata?.uid === uid ? pod : null;
    },

    /** Ends a Pod and its executors; fine where there is none. Resolves when nothing is left. */
    async end(pod: PodHandle, graceMs: number): Promise<void> {
      const there = await cluster.get(pod.name);
      // Of another one of its name nothing is ours.
      if (there !== null && there.metadata?.uid !== pod.uid) return;
      if (there !== null) {
        await cluster.delete(pod.name, Math.ceil(graceMs / 1000));
        if (!(await isGone(pod, graceMs + patienceMs))) {
          // Its node is away: what runs there can't be told, and ends when the node is back.
          await cluster.delete(pod.name, 0);
          if (!(await isGone(pod, patienceMs))) throw new EngineError(`The Pod ${pod.name} has not ended.`);
        }
        pods.forget(pod.name);
      }
      await executorsGone(pod.name);
    },
  };
}

/** The namespaces of one cluster, each opened when it is asked for first. */
export function createNamespaces(options: {
  readonly clock: Clock;
  readonly kubeconfig: string | null;
  readonly platform: () => Promise<string>;
  readonly open?: (place: ClusterPlace) => Promise<Cluster>;
}) {
  const { clock, kubeconfig, platform, open = openCluster } = options;
  const opened = new Map<string, Promise<NamespacePods>>();
  /** Those that were opened. */
  const known = (): readonly string[] => [...opened.keys()];
  const inNamespace = (namespace: string): Promise<NamespacePods> => {
    const before = opened.get(namespace);
    if (before !== undefined) return before;
    const made = (async () => createNamespacePods(await open({ namespace, kubeconfig }), clock, await platform()))();
    opened.set(namespace, made);
    // A kubeconfig that can't be read may be there at the next try.
    made.catch(() => opened.delete(namespace));
    return made;
  };
  return Object.assign(inNamespace, { known });
}
