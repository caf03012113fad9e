import { spawn, type ChildProcess } from 'node:child_process';
import { newId } from '../../lib/ids.ts';
import { DockerError, type Container, type DockerApi, type PullMessage } from './api.ts';

export type FakeBody = {
  readonly Image: string;
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly User: string;
  readonly HostConfig: Readonly<Record<string, unknown>> & {
    readonly Mounts: readonly { readonly Source: string; readonly Target: string; readonly ReadOnly: boolean }[];
  };
};

type Fake = { readonly body: FakeBody; container: Container; child: ChildProcess | null };

/**
 * An engine in memory: runs what containers begin with as processes of this machine, where what is mounted lies at the same paths. `refuse` says what it
 * answers instead, `images` which it has; `pulls` is called for one that it has not.
 */
export function fakeDocker() {
  const containers = new Map<string, Fake>();
  const networks = new Map<string, object>();
  const state = {
    refuse: null as DockerError | null,
    images: new Set(['server:1']),
    lists: 0,
    pulls: async (_tell: (message: PullMessage) => void): Promise<void> => {
      throw new DockerError('manifest unknown', { status: 404 });
    },
  };
  const check = () => {
    if (state.refuse !== null) throw state.refuse;
  };
  const isUp = (child: ChildProcess | null): child is ChildProcess =>
    child !== null && child.exitCode === null && child.signalCode === null;

  const api: DockerApi = {
    async list(label) {
      check();
      state.lists += 1;
      const [name = '', value] = label.split('=');
      return [...containers.values()].map(({ container }) => container).filter(({ labels }) => labels[name] === value);
    },
    async find(name) {
      check();
      return containers.get(name)?.container ?? null;
    },
    async create(name, given) {
      check();
      const body = given as FakeBody;
      if (containers.has(name)) throw new DockerError(`the name ${name} is in use`, { status: 409 });
      if (!state.images.has(body.Image)) throw new DockerError(`No such image: ${body.Image}`, { status: 404 });
      const container: Container = {
        id: newId(),
        labels: body.Labels,
        image: body.Image,
        state: 'created',
        pid: 0,
        exitCode: 0,
        memoryRanOut: false,
        error: '',
        memory: 0,
      };
      containers.set(name, { body, container, child: null });
    },
    async start(name) {
      check();
      const one = containers.get(name);
      if (one === undefined) throw new DockerError('No such container', { status: 404 });
      const [file = '', ...args] = one.body.Entrypoint;
      const child = spawn(file, args, { detached: true, stdio: 'ignore', env: { LEAKS: 'yes' } });
      one.child = child;
      one.container = { ...one.container, state: 'running' };
      child.once('exit', (code, signal) => {
        const exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143);
        one.container = { ...one.container, state: 'exited', exitCode };
      });
    },
    async remove(name, graceSeconds) {
      check();
      const child = containers.get(name)?.child ?? null;
      if (isUp(child) && child.pid !== undefined) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        process.kill(-child.pid, graceSeconds === 0 ? 'SIGKILL' : 'SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000);
        await gone;
        clearTimeout(timer);
      }
      containers.delete(name);
    },
    output: async () => '',
    async hasImage(image) {
      check();
      return state.images.has(image);
    },
    async pull(image, onMessage) {
      await state.pulls(onMessage);
      state.images.add(image);
    },
    async hasNetwork(name) {
      check();
      return networks.has(name);
    },
    gatewayOf: async (name) => (networks.has(name) ? '172.30.0.1' : null),
    async createNetwork(body) {
      networks.set((body as { Name: string }).Name, body);
    },
  };
  return {
    api,
    state,
    networks,
    bodies: (): readonly FakeBody[] => [...containers.values()].map(({ body }) => body),
    /** Somebody else removes all of them. */
    async removeAll(): Promise<void> {
      for (const name of containers.keys()) await api.remove(name, 0);
    },
  };
}
