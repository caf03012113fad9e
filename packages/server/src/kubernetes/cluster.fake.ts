import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import type { V1ContainerState, V1Node, V1Pod, V1ResourceQuota } from '@kubernetes/client-node';
import { newId } from '../lib/ids.ts';
import type { Cluster } from './cluster.ts';

/** What the API server says when it does not take something. */
export const refused = (code: number, message: string): Error =>
  Object.assign(new Error(`HTTP-Code: ${code}`), { code, body: JSON.stringify({ message }) });

/** What a container had ends with it. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

type FakePod = { readonly pod: V1Pod; readonly child: ChildProcess | null };

/**
 * A cluster in memory: runs what Pods begin with as processes of this machine, where their volumes are folders at the same paths. `refuse` and `waiting` say
 * what it does instead.
 */
export function fakeCluster() {
  const pods = new Map<string, FakePod>();
  const policies = new Map<string, unknown>();
  const connected: string[] = [];
  const state = {
    refuse: null as Error | null,
    waiting: null as { reason: string; message: string } | null,
    lists: 0,
    quotas: [] as V1ResourceQuota[],
    nodes: [] as V1Node[],
  };

  const tell = (pod: V1Pod, phase: string, container: V1ContainerState) => {
    pod.status = {
      phase,
      podIP: '127.0.0.1',
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      containerStatuses: [
        {
          name: pod.spec?.containers[0]?.name ?? '',
          image: '',
          imageID: '',
          ready: true,
          restartCount: 0,
          state: container,
        },
      ],
    };
  };

  function run(pod: V1Pod): ChildProcess {
    const [file = '', ...args] = pod.spec?.containers[0]?.command ?? [];
    const child = spawn(file, args, { detached: true, stdio: 'ignore', env: { KUBERNETES_SERVICE_HOST: 'leaks' } });
    tell(pod, 'Running', { running: {} });
    child.once('exit', (code, signal) => {
      const exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143);
      tell(pod, exitCode === 0 ? 'Succeeded' : 'Failed', { terminated: { exitCode } });
    });
    return child;
  }

  const answer = async <T>(result: () => T): Promise<T> => {
    if (state.refuse !== null) throw state.refuse;
    return structuredClone(result());
  };

  const cluster: Cluster = {
    list(selector) {
      state.lists += 1;
      const [name = '', value] = selector.split('=');
      return answer(() =>
        [...pods.values()].map(({ pod }) => pod).filter((pod) => pod.metadata?.labels?.[name] === value),
      );
    },
    get: (name) => answer(() => pods.get(name)?.pod ?? null),
    create: (body) =>
      answer(() => {
        const pod: V1Pod = structuredClone(body);
        const name = pod.metadata?.name ?? '';
        if (pods.has(name)) throw refused(409, `pods "${name}" already exists`);
        Object.assign(pod.metadata ?? {}, { uid: newId() });
        if (state.waiting === null) pods.set(name, { pod, child: run(pod) });
        else {
          tell(pod, 'Pending', { waiting: state.waiting });
          pods.set(name, { pod, child: null });
        }
        return pod;
      }),
    async delete(name, graceSeconds) {
      await answer(() => null);
      const found = pods.get(name);
      if (found === undefined || found.pod.metadata?.deletionTimestamp !== undefined) return;
      const { pod, child } = found;
      Object.assign(pod.metadata ?? {}, { deletionTimestamp: new Date() });
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
        pods.delete(name);
        return;
      }
      child.once('exit', () => pods.delete(name));
      process.kill(-child.pid, graceSeconds === 0 ? 'SIGKILL' : 'SIGTERM');
      setTimeout(() => endGroup(child), graceSeconds * 1000).unref();
    },
    quotas: () => answer(() => state.quotas),
    nodes: () => answer(() => state.nodes),
    everywhere: () => answer(() => [...pods.values()].map(({ pod }) => pod)),
    connect(pod, port) {
      connected.push(pod);
      return connect(port, '127.0.0.1');
    },
    apply: (policy) => answer(() => void policies.set(policy.metadata?.name ?? '', policy)),
  };
  return {
    cluster,
    state,
    policies,
    /** the Pods that were connected to */
    connected: (): readonly string[] => connected,
    pods: (): readonly V1Pod[] => [...pods.values()].map(({ pod }) => pod),
    /** The process that a Pod begins with, of this machine; null: it has none. */
    pidOf: (name: string): number | null => pods.get(name)?.child?.pid ?? null,
    end(): void {
      for (const { child } of pods.values()) {
        if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
          process.kill(-child.pid, 'SIGKILL');
      }
    },
  };
}
