import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { Duplex } from 'node:stream';
import type { V1Pod } from '@kubernetes/client-node';
import { codeOf } from '../../kubernetes/cluster.ts';
import { environmentOf } from '../../kubernetes/data-volume.ts';
import { isRunning, progressOf, refusalOf } from '../../kubernetes/explain.ts';
import { delay } from '../../lib/clock.ts';
import { readWord, writeWord } from '../../lib/word-file.ts';
import { EngineError, type DriverExit, type DriverSpec } from '../engine.ts';
import type { LocalEngineOptions } from '../local/engine.ts';
import type { Files, PodHandle } from './files.ts';
import { clean, mountedOf, prepare, putStart, type Program } from './lay-out.ts';
import { driverPod, type PodOptions } from './manifest.ts';
import { readPodTemplate } from './pod-template.ts';
import type { createNamespaces } from './pods-of.ts';
import { sizeOf } from './properties.ts';
import { placesOf, type KubernetesPlaces } from './settings.ts';

const watchMs = 500;
export const subject = { noun: 'driver', program: 'The Spark driver' };

const uidOf = (pod: V1Pod): string => pod.metadata?.uid ?? '';

/** Whether nothing more comes of a Pod: it has ended, or waits for what nothing will bring. */
export const isOver = (pod: V1Pod): boolean => !isRunning(pod) || progressOf(pod, subject).problem !== null;

/** What the cluster, or the way to it, said, as a sentence. */
export const refusal = (error: unknown, namespace: string, doing: string): EngineError =>
  error instanceof EngineError
    ? error
    : new EngineError(refusalOf(error, { namespace, doing, noun: 'driver' }), { cause: error });

export type Starts = ReturnType<typeof createStarts>;

/** The Pods of drivers, from what is asked for to their end. Every call throws an `EngineError` where the cluster, or the way to it, fails. */
export function createStarts(
  given: {
    readonly places: KubernetesPlaces;
    readonly dataDir: string;
    readonly platform: () => Promise<string>;
    readonly inNamespace: ReturnType<typeof createNamespaces>;
    readonly closed: AbortSignal;
  },
  options: Pick<LocalEngineOptions, 'clock' | 'driverJavaOptions' | 'eventLogBytes'>,
) {
  const { places, dataDir, inNamespace, closed } = given;
  const { clock, eventLogBytes = 0 } = options;

  /** As it was half a second ago; null: it is gone. */
  const podOf = async (pod: PodHandle): Promise<V1Pod | null> => (await inNamespace(pod.namespace)).find(pod);

  const end = async (pod: PodHandle, patienceMs: number): Promise<void> => {
    try {
      await (await inNamespace(pod.namespace)).end(pod, patienceMs);
    } catch (error) {
      throw refusal(error, pod.namespace, 'end Pods');
    }
  };

  /** The Pod that was written down, if the cluster has it. */
  async function written(files: Files): Promise<{ pod: V1Pod; handle: PodHandle } | null> {
    const [namespace, name] = ((await readWord(files.pod)) ?? '').split('/');
    if (namespace === undefined || name === undefined) return null;
    const pod = await (await inNamespace(namespace)).cluster.get(name).catch((error: unknown) => {
      throw refusal(error, namespace, 'look for Pods');
    });
    return pod === null ? null : { pod, handle: { namespace, name, uid: uidOf(pod) } };
  }

  /** Waits for the end of a Pod that this process has started; `saw` hears of it first. */
  async function exitedOf(pod: PodHandle, saw: (pod: V1Pod) => Promise<DriverExit>): Promise<DriverExit> {
    for (;;) {
      // Whoever comes after us asks anew.
      await delay(clock, watchMs, closed).catch(() => new Promise<never>(() => undefined));
      const now = await podOf(pod).catch(() => undefined);
      if (now === undefined) continue;
      if (now === null) return { code: null, signal: null };
      if (isOver(now)) return saw(now);
    }
  }

  /** What begins connections to a port of a Pod's own. */
  const way = async (pod: PodHandle, port: number): Promise<() => Duplex> => {
    const { cluster } = await inNamespace(pod.namespace);
    return () => cluster.connect(pod.name, port);
  };

  return {
    podOf,
    end,
    way,
    written,
    exitedOf,

    /** Starts a driver; `lay` puts there what it runs. With nothing left running, and nothing of it on the volume, when it can't. */
    async begin(
      files: Files,
      spec: Pick<DriverSpec, 'appName' | 'owner' | 'projectFolder' | 'python' | 'properties'>,
      work: PodOptions['work'],
      lay: () => Promise<Program>,
    ): Promise<PodHandle> {
      const project = placesOf(places, basename(spec.projectFolder));
      const { namespace } = project;
      try {
        // One of a start that was given up would have the folder.
        const former = await written(files);
        if (former !== null) await end(former.handle, 0);
        const pods = await inNamespace(namespace);
        const name = `emberlab-${work.kind === 'batch' ? 'batch-' : ''}${work.id}-${randomBytes(6).toString('hex')}`;
        const environment = await environmentOf(spec.python, dataDir);
        const common = {
          places: project,
          platform: await given.platform(),
          work,
          owner: spec.owner,
          name,
          user: process.getuid?.() ?? 0,
          group: process.getgid?.() ?? 0,
          template:
            typeof places.podTemplate === 'string'
              ? await readPodTemplate(places.podTemplate, [dataDir, '/tmp', '/var/run/secrets', project.sparkInImage])
              : null,
        };
        await prepare(files);
        const javaOptions = options.driverJavaOptions;
        await putStart(spec, await lay(), { ...common, files, dataDir, environment, eventLogBytes, javaOptions });
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
      } catch (error) {
        await clean(files);
        throw refusal(error, namespace, 'start Pods');
      }
    },
  };
}
