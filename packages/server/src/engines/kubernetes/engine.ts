import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { codeOf, type Cluster, type ClusterPlace } from '../../kubernetes/cluster.ts';
import { environmentOf } from '../../kubernetes/data-volume.ts';
import { endOf, exitOf, isRunning, progressOf, refusalOf } from '../../kubernetes/explain.ts';
import { platformId } from '../../kubernetes/platform-id.ts';
import { labels } from '../../kubernetes/words.ts';
import { delay } from '../../lib/clock.ts';
import { readWord, writeWord } from '../../lib/word-file.ts';
import {
  EngineError,
  type DriverExit,
  type DriverSpec,
  type Engine,
  type EngineFacts,
  type NamedEngine,
} from '../engine.ts';
import { createLocalEngine, type LocalEngineOptions } from '../local/engine.ts';
import { capacityOf } from './capacity.ts';
import { clusterIdOf, filesOf, podHandleOf, type PodHandle } from './files.ts';
import { clean, layOut, mountedOf } from './lay-out.ts';
import { driverPart, driverPod } from './manifest.ts';
import { createNamespaces } from './pods-of.ts';
import { kubernetesFacts, sizeOf } from './properties.ts';
import { placesOf, type KubernetesPlaces } from './settings.ts';

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
const watchMs = 500;
const subject = { noun: 'driver', program: 'The Spark driver' };

const uidOf = (pod: V1Pod): string => pod.metadata?.uid ?? '';

/** Whether nothing more comes of a Pod: it has ended, or waits for what nothing will bring. */
const isOver = (pod: V1Pod): boolean => !isRunning(pod) || progressOf(pod, subject).problem !== null;

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

  const refusal = (error: unknown, namespace: string, doing: string): EngineError =>
    error instanceof EngineError
      ? error
      : new EngineError(refusalOf(error, { namespace, doing, noun: 'driver' }), { cause: error });

  /** As it was half a second ago; null: it is gone. Throws where the cluster does not answer. */
  const podOf = async (pod: PodHandle): Promise<V1Pod | null> => (await inNamespace(pod.namespace)).find(pod);

  const end = async (pod: PodHandle, patienceMs: number): Promise<void> => {
    try {
      await (await inNamespace(pod.namespace)).end(pod, patienceMs);
    } catch (error) {
      throw refusal(error, pod.namespace, 'end Pods');
    }
  };

  /** The Pod that was written down for a session, if the cluster has it. */
  async function written(sessionId: number): Promise<{ pod: V1Pod; handle: PodHandle } | null> {
    const [namespace, name] = ((await readWord(filesOf(sessionsFolder, sessionId).pod)) ?? '').split('/');
    if (namespace === undefined || name === undefined) return null;
    const pod = await (await inNamespace(namespace)).cluster.get(name).catch((error: unknown) => {
      throw refusal(error, namespace, 'look for Pods');
    });
    return pod === null ? null : { pod, handle: { namespace, name, uid: uidOf(pod) } };
  }

  async function start(spec: DriverSpec): Promise<PodHandle> {
    const files = filesOf(sessionsFolder, spec.sessionId);
    const project = placesOf(places, basename(spec.projectFolder));
    const { namespace } = project;
    const pods = await inNamespace(namespace);
    const name = `emberlab-${spec.sessionId}-${randomBytes(6).toString('hex')}`;
    const environment = await environmentOf(spec.python, dataDir);
    const common = {
      places: project,
      platform: await platform(),
      sessionId: spec.sessionId,
      owner: spec.owner,
      name,
      user: process.getuid?.() ?? 0,
      group: process.getgid?.() ?? 0,
    };
    await layOut(spec, {
      ...common,
      files,
      dataDir,
      environment,
      agentUrl,
      outputLimitBytes: options.outputLimitBytes,
      eventLogBytes,
      javaOptions: options.driverJavaOptions,
    });
    const mounted = mountedOf(files, { dataDir, environment, projectFolder: spec.projectFolder });
    const pod = driverPod({ ...common, mounted }, { script: files.script, size: sizeOf(spec.properties) });
    // Before anything is there that could be found by it.
    await writeWord(files.pod, `${namespace}/${name}`);
    const made = await pods.create(pod).catch(async (error: unknown) => {
      // What was not answered may have been done.
      const there = codeOf(error) === undefined ? await pods.cluster.get(name).catch(() => null) : null;
      if (there === null) throw error;
      return there;
    });
    return { namespace, name, uid: uidOf(made) };
  }

  /** Waits for the end of a driver that this process has started. */
  async function exitedOf(pod: PodHandle): Promise<DriverExit> {
    for (;;) {
      // Whoever comes after us asks anew.
      await delay(clock, watchMs, closed.signal).catch(() => new Promise<never>(() => undefined));
      const now = await podOf(pod).catch(() => undefined);
      if (now === undefined) continue;
      if (now === null) return { code: null, signal: null };
      if (isOver(now)) return exitOf(now) ?? { code: null, signal: null };
    }
  }

  const engine: Engine = {
    ...local,

    async launch(spec) {
      const files = filesOf(sessionsFolder, spec.sessionId);
      const { namespace } = placesOf(places, basename(spec.projectFolder));
      try {
        // One of a start that was given up would have the folder.
        const former = await written(spec.sessionId);
        if (former !== null) await end(former.handle, 0);
        const handle = await start(spec);
        return { handle: { clusterId: clusterIdOf(handle) }, exited: exitedOf(handle) };
      } catch (error) {
        await clean(files);
        throw refusal(error, namespace, 'start Pods');
      }
    },

    async find(sessionId) {
      const found = await written(sessionId);
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
      if (wanted !== null) await end(wanted, patienceMs);
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

    async clean(sessionId) {
      const files = filesOf(sessionsFolder, sessionId);
      await local.clean(sessionId);
      await clean(files);
      await rm(files.pod, { force: true });
    },

    batches: {
      ...local.batches,
      launch: async () => {
        throw new EngineError(
          'Programs of jobs do not run on Kubernetes. Please choose another engine in the configuration of the job.',
        );
      },
    },
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
