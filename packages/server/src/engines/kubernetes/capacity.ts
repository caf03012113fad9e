import type { V1Node, V1Pod, V1ResourceQuota } from '@kubernetes/client-node';
import { codeOf, type Cluster } from '../../kubernetes/cluster.ts';
import { refusalOf } from '../../kubernetes/explain.ts';
import type { Capacity } from '../engine.ts';

const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
};

/** A quantity as Kubernetes writes one: 4, 250m, 3800Mi, 1e9; 0 where it is none. */
function quantityOf(text: string | undefined): number {
  const [, number, suffix = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([A-Za-z]*)$/.exec(text ?? '') ?? [];
  return number === undefined ? 0 : Number(number) * (suffixes[suffix] ?? 0);
}

type Share = { total: number; used: number };

/** What the quotas of a namespace leave, where they bound cores and memory; null: they don't. */
function quotaShares(quotas: readonly V1ResourceQuota[]): { cores: Share; memoryBytes: Share } | null {
  const least = (names: readonly string[]): Share | null => {
    const shares = quotas.flatMap(({ status }) =>
      names
        .filter((name) => status?.hard?.[name] !== undefined)
        .map((name) => ({ total: quantityOf(status?.hard?.[name]), used: quantityOf(status?.used?.[name]) })),
    );
    return shares.toSorted((a, b) => a.total - a.used - (b.total - b.used))[0] ?? null;
  };
  const cores = least(['cpu', 'requests.cpu', 'limits.cpu']);
  const memoryBytes = least(['memory', 'requests.memory', 'limits.memory']);
  return cores === null || memoryBytes === null ? null : { cores, memoryBytes };
}

const takesPods = ({ spec, status }: V1Node): boolean =>
  spec?.unschedulable !== true &&
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;

/** What the nodes have for Pods, and what those that are there have asked for. */
function nodeShares(nodes: readonly V1Node[], pods: readonly V1Pod[]): { cores: Share; memoryBytes: Share } {
  const names = new Set(nodes.map(({ metadata }) => metadata?.name));
  const placed = pods.filter(({ spec }) => names.has(spec?.nodeName));
  const share = (resource: string): Share => ({
    total: nodes.reduce((sum, { status }) => sum + quantityOf(status?.allocatable?.[resource]), 0),
    used: placed
      .flatMap(({ spec }) => spec?.containers ?? [])
      .reduce((sum, { resources }) => sum + quantityOf(resources?.requests?.[resource]), 0),
  });
  return { cores: share('cpu'), memoryBytes: share('memory') };
}

/** Throws but where we may not ask: then null. */
async function unlessForbidden<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === 403) return null;
    throw error;
  }
}

/**
 * What a cluster has for Spark: the quota of our namespace where one bounds it, else its nodes. `waiting`: drivers that have no place. Null: we may ask about
 * neither.
 */
export async function capacityOf(
  cluster: Cluster,
  { namespace, waiting }: { namespace: string; waiting: () => Promise<number> },
): Promise<Capacity | null> {
  try {
    const [nodes, quotas] = await Promise.all([
      unlessForbidden(cluster.nodes()),
      // One for all projects can't be told where each has a namespace of its own.
      namespace.includes('{') ? null : unlessForbidden(cluster.quotas()),
    ]);
    const able = nodes?.filter(takesPods) ?? [];
    const bounded = quotaShares(quotas ?? []);
    const shares =
      bounded ?? (nodes === null ? null : nodeShares(able, (await unlessForbidden(cluster.everywhere())) ?? []));
    if (shares === null) return null;
    const problem =
      nodes !== null && able.length === 0
        ? 'No node of the Kubernetes cluster takes Pods now: sessions wait until one does.'
        : null;
    return { problem, workers: able.length, ...shares, waiting: await waiting() };
  } catch (error) {
    const nothing = { total: 0, used: 0 };
    const problem = refusalOf(error, { namespace, doing: 'look at nodes and quotas', noun: 'driver' });
    return { problem, workers: 0, cores: nothing, memoryBytes: nothing, waiting: 0 };
  }
}
