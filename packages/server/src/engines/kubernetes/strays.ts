import type { V1Pod } from '@kubernetes/client-node';
import { labels } from '../../kubernetes/words.ts';
import type { LiveWork } from '../engine.ts';
import { driverPart } from './manifest.ts';
import type { NamespacePods } from './pods-of.ts';

const graceSeconds = 5;

const idIn = (pod: V1Pod, label: string): number | null => {
  const written = pod.metadata?.labels?.[label];
  return written === undefined ? null : Number(written);
};

/** Ends Pods of a namespace that nobody asks for. Drivers of what lives stay, whatever became of them: how they ended is still to be read. */
export async function endStrays(pods: NamespacePods, live: () => Promise<LiveWork>): Promise<number> {
  const present = await pods.all();
  if (present.length === 0) return 0;
  const { sessions, batches } = await live();
  const drivers = new Set(present.filter(isDriver).map(({ metadata }) => metadata?.name));
  const isAskedFor = (pod: V1Pod): boolean => {
    const [session, batch] = [idIn(pod, labels.session), idIn(pod, labels.batch)];
    // A Jupyter server's, or somebody else's.
    if (session === null && batch === null) return true;
    if (!(session !== null && sessions.has(session)) && !(batch !== null && batches.has(batch))) return false;
    return isDriver(pod) || drivers.has(pod.metadata?.labels?.[labels.driver]);
  };
  const strays = present.filter((pod) => pod.metadata?.deletionTimestamp === undefined && !isAskedFor(pod));
  for (const { metadata } of strays) await pods.cluster.delete(metadata?.name ?? '', graceSeconds);
  return strays.length;
}

const isDriver = ({ metadata }: V1Pod): boolean => metadata?.labels?.[labels.part] === driverPart;
