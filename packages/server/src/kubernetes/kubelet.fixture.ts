import { spawn, type ChildProcess } from 'node:child_process';
import type { CoreV1Api, V1Container, V1ContainerState, V1Pod } from '@kubernetes/client-node';

/** What a node tells of itself, again and again: one that is silent loses its Pods. */
const heartbeatMs = 5000;
const lookEveryMs = 50;

export type FakeKubelet = AsyncDisposable & {
  /** Instead of running it, says that the container of the next Pods waits for this. */
  letWait(reason: string, message: string): void;
  /** The process that a Pod begins with, by the Pod's name; null: it has none. */
  pidOf(pod: string): number | null;
};

/** Tries again what somebody else has changed meanwhile. */
async function insist(change: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await change();
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 409)) throw error;
    }
  }
}

/**
 * A node of a cluster that is none: runs what Pods begin with as processes of this machine, where their volumes are folders at the same paths, and tells the
 * cluster of them as the kubelet does.
 */
export async function startFakeKubelet(api: CoreV1Api, node: string): Promise<FakeKubelet> {
  const running = new Map<string, ChildProcess>();
  const names = new Map<string, string>();
  let waiting: { reason: string; message: string } | null = null;
  const closing = new AbortController();
  await api.createNode({ body: { metadata: { name: node, labels: { 'kubernetes.io/hostname': node } } } });

  async function beat(): Promise<void> {
    const now = await api.readNode({ name: node });
    const resources = { cpu: '4', memory: '4Gi', pods: '100' };
    now.status = Object.assign(now.status ?? {}, {
      capacity: resources,
      allocatable: resources,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Fake',
          message: '',
          lastHeartbeatTime: new Date(),
          lastTransitionTime: new Date(),
        },
      ] as never,
    });
    await api.replaceNodeStatus({ name: node, body: now });
  }

  async function tell(pod: V1Pod, phase: string, state: V1ContainerState): Promise<void> {
    const { name = '', namespace = '' } = pod.metadata ?? {};
    const now = await api.readNamespacedPod({ name, namespace });
    const container = now.spec?.containers[0] as V1Container;
    now.status = Object.assign(now.status ?? {}, {
      phase,
      podIP: '127.0.0.1',
      podIPs: [{ ip: '127.0.0.1' }],
      containerStatuses: [
        { name: container.name, image: container.image ?? '', imageID: '', ready: false, restartCount: 0, state },
      ],
    });
    await api.replaceNamespacedPodStatus({ name, namespace, body: now });
  }

  function run(pod: V1Pod): void {
    const uid = pod.metadata?.uid ?? '';
    const [file = '', ...args] = pod.spec?.containers[0]?.command ?? [];
    const child = spawn(file, args, { detached: true, stdio: 'ignore', env: { KUBERNETES_SERVICE_HOST: 'leaks' } });
    running.set(uid, child);
    names.set(pod.metadata?.name ?? '', uid);
    const ended = new Promise<number>((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
    });
    void (async () => {
      await insist(() => tell(pod, 'Running', { running: { startedAt: new Date() } }));
      const exitCode = await ended;
      await insist(() => tell(pod, exitCode === 0 ? 'Succeeded' : 'Failed', { terminated: { exitCode } }));
    })().catch(() => undefined);
  }

  /** Ends a Pod as its node does: politely, after its time by force, and then says that it is gone. */
  async function end(pod: V1Pod): Promise<void> {
    const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
    const child = running.get(uid);
    running.delete(uid);
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const { pid } = child;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-pid, 'SIGTERM');
      const timer = setTimeout(
        () => process.kill(-pid, 'SIGKILL'),
        (pod.metadata?.deletionGracePeriodSeconds ?? 0) * 1000,
      );
      await gone;
      clearTimeout(timer);
    }
    await api.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }).catch(() => undefined);
  }

  const seen = new Set<string>();
  const ending = new Set<string>();
  async function look(): Promise<void> {
    const { items } = await api.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
    for (const pod of items) {
      const uid = pod.metadata?.uid ?? '';
      if (pod.metadata?.deletionTimestamp !== undefined) {
        if (!ending.has(uid)) void end(pod);
        ending.add(uid);
      } else if (!seen.has(uid)) {
        seen.add(uid);
        const held = waiting;
        if (held === null) run(pod);
        else await insist(() => tell(pod, 'Pending', { waiting: held }));
      }
    }
  }

  await insist(beat);
  const heart = setInterval(() => void insist(beat).catch(() => undefined), heartbeatMs);
  const looking = (async () => {
    while (!closing.signal.aborted) {
      await look().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  })();
  return {
    letWait: (reason, message) => (waiting = { reason, message }),
    pidOf: (pod) => running.get(names.get(pod) ?? '')?.pid ?? null,
    async [Symbol.asyncDispose]() {
      closing.abort();
      clearInterval(heart);
      await looking;
      for (const { pid, exitCode, signalCode } of running.values()) {
        if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
      }
      await api.deleteNode({ name: node }).catch(() => undefined);
    },
  };
}
