import { rm } from 'node:fs/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { endOf, progressOf } from '../../kubernetes/explain.ts';
import { labels } from '../../kubernetes/words.ts';
import { writeFileAtomic } from '../../lib/files.ts';
import { readWord, writeWord } from '../../lib/word-file.ts';
import { EngineError, type BatchEngine, type DriverExit, type UiAddress } from '../engine.ts';
import { applicationAt, uiPortAt } from '../local/application.ts';
import type { LocalBatches } from '../local/batches.ts';
import { clusterIdOf, filesOf as filesIn, podHandleOf, type PodHandle } from './files.ts';
import { clean } from './lay-out.ts';
import { isOver, subject, type Starts } from './start.ts';

export type KubernetesBatches = BatchEngine & {
  /** Writes down how a batch ended whose Pod goes now; nothing where it is none's, or has not ended. */
  keepExit(pod: PodHandle): Promise<void>;
};

/** Programs as Pods of their own, which write their logs as those of sessions do. `folder`: of all batches. */
export function createKubernetesBatches(starts: Starts, local: LocalBatches, folder: string): KubernetesBatches {
  const filesOf = (batchId: number) => filesIn(folder, batchId);

  /** How a Pod's program ended, as a shell would say it, and what the cluster knows of it. */
  function exitIn(pod: V1Pod): DriverExit {
    const code = pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? null;
    const said = progressOf(pod, subject).problem ?? endOf(pod, subject);
    return { code, signal: null, ...(said === null || code === 0 ? {} : { said }) };
  }

  async function keep(batchId: number, pod: V1Pod): Promise<DriverExit> {
    const exit = exitIn(pod);
    await writeFileAtomic(filesOf(batchId).exit, JSON.stringify(exit));
    return exit;
  }

  const kept = async (batchId: number): Promise<DriverExit | null> => {
    const text = await readWord(filesOf(batchId).exit);
    return text === null ? null : (JSON.parse(text) as DriverExit);
  };

  /** Its Pod, as it was written down once that had been there. */
  const handleOf = async (batchId: number): Promise<PodHandle | null> =>
    podHandleOf((await readWord(filesOf(batchId).handle)) ?? '');

  /** Its Spark UI listens in its Pod alone, at a port that it says itself; the API server leads there. */
  async function uiOf(batchId: number): Promise<UiAddress | null> {
    const [handle, port] = await Promise.all([handleOf(batchId), uiPortAt(filesOf(batchId).stderr)]);
    if (handle === null || port === null) return null;
    const connect = await starts.way(handle, port);
    return { port, headers: {}, connect };
  }

  return {
    ...local,

    async launch(spec) {
      const { batchId, file, className, args, environment = {} } = spec;
      if (/\.r$/i.test(file)) {
        throw new EngineError('R scripts do not run on Kubernetes. Please choose another engine in the configuration.');
      }
      const files = filesOf(batchId);
      const pod = await starts.begin(files, spec, { kind: 'batch', id: batchId }, async () => ({
        words: className === null ? [] : ['--class', className],
        program: [file, ...args],
        variables: environment,
      }));
      await writeWord(files.handle, clusterIdOf(pod));
      return { handle: { clusterId: clusterIdOf(pod) }, exited: starts.exitedOf(pod, (ended) => keep(batchId, ended)) };
    },

    async find(batchId) {
      const known = await handleOf(batchId);
      if (known !== null) return { clusterId: clusterIdOf(known) };
      const found = await starts.written(filesOf(batchId));
      if (found === null) return null;
      await writeWord(filesOf(batchId).handle, clusterIdOf(found.handle));
      return { clusterId: clusterIdOf(found.handle) };
    },

    async exitOf(batchId) {
      const exit = await kept(batchId);
      const handle = exit === null ? await handleOf(batchId) : null;
      if (handle === null) return exit;
      const pod = await starts.podOf(handle).catch(() => null);
      return pod === null || !isOver(pod) ? null : keep(batchId, pod);
    },

    async applicationOf(batchId) {
      // Spark names its event log by it.
      const named = (await local.eventLogs.applications(batchId)).at(-1);
      const ui = named === undefined ? await uiOf(batchId) : null;
      return named ?? (ui === null ? null : applicationAt(ui));
    },

    uiOf,

    async clean(batchId) {
      const files = filesOf(batchId);
      await clean(files);
      await rm(files.pod, { force: true });
    },

    async keepExit(handle) {
      const pod = await starts.podOf(handle);
      const id = Number(pod?.metadata?.labels?.[labels.batch]);
      if (pod === null || !Number.isInteger(id) || !isOver(pod) || (await kept(id)) !== null) return;
      // The label is a driver's to change; whose Pod it is stands in our own file.
      if ((await handleOf(id))?.uid !== pod.metadata?.uid) return;
      await keep(id, pod);
    },
  };
}
