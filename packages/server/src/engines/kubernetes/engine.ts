import { rm } from 'node:fs/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { Cluster, ClusterPlace } from '../../kubernetes/cluster.ts';
import { endOf, exitOf, progressOf } from '../../kubernetes/explain.ts';
import { platformId } from '../../kubernetes/platform-id.ts';
import { labels } from '../../kubernetes/words.ts';
import type { Engine, EngineFacts, LiveWork, NamedEngine } from '../engine.ts';
import { createLocalEngine, type LocalEngineOptions } from '../local/engine.ts';
import { createKubernetesBatches } from './batches.ts';
import { capacityOf } from './capacity.ts';
import { clusterIdOf, filesOf as filesIn, podHandleOf } from './files.ts';
import { clean, putAgent } from './lay-out.ts';
import { driverPart } from './manifest.ts';
import { createNamespaces } from './pods-of.ts';
import { kubernetesFacts } from './properties.ts';
import { placesOf, type KubernetesPlaces } from './settings.ts';
import { endStrays } from './strays.ts';
import { createStarts, isOver, refusal, subject } from './start.ts';

export type KubernetesEngineOptions = KubernetesPlaces & {
  /** as for spawners */
  readonly kubeconfig: string | null;
  /** where agents in Pods dial to */
  readonly agentUrl: string;
  /** the data folder, which all paths of sessions and projects lie in */
  readonly dataDir: string;
  /** what reaches a cluster; default: Kubernetes' own client */
  readonly openCluster?: (place: ClusterPlace) => Promise<Cluster>;
};

const defaultGraceMs = 5000;

/**
 * Drivers as Pods, which ask for Pods of executors themselves. The data folder is on a volume that Pods have too, so that logs, event logs and files lie where
 * they do with drivers of this machine; what is Spark's is started in the Pod by a script in the session's folder, as Spark's own cluster mode does it.
 */
export function createKubernetesEngine(
  given: KubernetesEngineOptions,
  options: Omit<LocalEngineOptions, 'sparkMaster' | 'cluster' | 'mustBeAble' | 'warmStart'>,
): { readonly engine: Engine; readonly facts: EngineFacts; close(): Promise<void> } & Pick<NamedEngine, 'capacity'> {
  const { kubeconfig, agentUrl, dataDir, openCluster, ...places } = given;
  const { clock, sessionsFolder, eventLogBytes = 0 } = options;
  const graceMs = options.graceMs ?? defaultGraceMs;
  /** keeps what lies on this machine */
  const local = createLocalEngine({ ...options, sparkMaster: 'k8s' });
  const closed = new AbortController();
  const platform = () => platformId(dataDir);
  const inNamespace = createNamespaces({
    clock,
    kubeconfig,
    platform,
    ...(openCluster === undefined ? {} : { open: openCluster }),
  });

  const starts = createStarts({ places, dataDir, platform, inNamespace, closed: closed.signal }, options);
  const { podOf, end, written } = starts;
  const batches = createKubernetesBatches(starts, local.batches, options.batchesFolder);
  const filesOf = (sessionId: number) => filesIn(sessionsFolder, sessionId);
  const strays = async (namespace: string, live: () => Promise<LiveWork>): Promise<number> => {
    try {
      return await endStrays(await inNamespace(namespace), live);
    } catch (error) {
      throw refusal(error, namespace, 'look for Pods');
    }
  };

  const engine: Engine = {
    ...local,

    async launch(spec) {
      const files = filesOf(spec.sessionId);
      const { outputLimitBytes } = options;
      const pod = await starts.begin(files, spec, { kind: 'session', id: spec.sessionId }, () =>
        putAgent(files, spec, { agentUrl, outputLimitBytes }),
      );
      const exit = async (ended: V1Pod) => exitOf(ended) ?? { code: null, signal: null };
      return { handle: { clusterId: clusterIdOf(pod) }, exited: starts.exitedOf(pod, exit) };
    },

    async find(sessionId) {
      const found = await written(filesOf(sessionId));
      return found === null || isOver(found.pod) ? null : { clusterId: clusterIdOf(found.handle) };
    },

    async isAlive(handle) {
      if (!('clusterId' in handle)) return local.isAlive(handle);
      const wanted = podHandleOf(handle.clusterId);
      if (wanted === null) return false;
      try {
        const pod = await podOf(wanted);
        return pod !== null && !isOver(pod);
      } catch {
        // A cluster that does not answer says nothing about its Pods.
        return true;
      }
    },

    async kill(handle, patienceMs = graceMs) {
      if (!('clusterId' in handle)) return local.kill(handle, patienceMs);
      const wanted = podHandleOf(handle.clusterId);
      if (wanted === null) return;
      await batches.keepExit(wanted).catch((error: unknown) => {
        throw refusal(error, wanted.namespace, 'look for Pods');
      });
      await end(wanted, patienceMs);
    },

    async waitingFor(handle) {
      const wanted = 'clusterId' in handle ? podHandleOf(handle.clusterId) : null;
      const pod = wanted === null ? null : await podOf(wanted);
      if (pod === null || isOver(pod)) return null;
      const { step, note } = progressOf(pod, subject);
      if (step === 'answering') return null;
      if (note !== null) return note;
      return step === 'scheduling'
        ? 'The driver waits for a place in the cluster.'
        : 'The driver’s Pod gets its image and volumes.';
    },

    async whyEnded(handle) {
      const wanted = 'clusterId' in handle ? podHandleOf(handle.clusterId) : null;
      if (wanted === null) return null;
      const pod = await podOf(wanted);
      return (pod === null ? null : progressOf(pod, subject).problem) ?? endOf(pod, subject);
    },

    async endStrays(live) {
      // Those of projects that nothing has been started in since a restart are looked at as soon as something is.
      const fixed = [places.namespace, ...Object.values(places.namespaces)].filter((name) => !name.includes('{'));
      let ended = 0;
      for (const namespace of new Set([...fixed, ...inNamespace.known()])) {
        ended += await strays(namespace, live);
      }
      return ended;
    },

    async clean(sessionId) {
      const files = filesOf(sessionId);
      await local.clean(sessionId);
      await clean(files);
      await rm(files.pod, { force: true });
    },

    batches: { ...batches, history: local.batches.history },
  };

  return {
    engine,
    facts: kubernetesFacts((project) => placesOf(places, project), { eventLogBytes }),

    async capacity() {
      const { namespace } = places;
      try {
        const pods = await inNamespace(namespace);
        const waiting = async () =>
          (await pods.known()).filter(
            ({ metadata, status }) => metadata?.labels?.[labels.part] === driverPart && status?.phase === 'Pending',
          ).length;
        return await capacityOf(pods.cluster, { namespace, waiting });
      } catch (error) {
        const nothing = { total: 0, used: 0 };
        const problem = refusal(error, namespace, 'be asked').message;
        return { problem, workers: 0, cores: nothing, memoryBytes: nothing, waiting: 0 };
      }
    },

    async close() {
      closed.abort();
    },
  };
}
