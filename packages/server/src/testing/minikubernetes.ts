import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const source = join(import.meta.dirname, '../../../../e2e/clusters/minikubernetes');
const run = join(source, 'run');
const image = join(source, 'image');

/** Where the parts of Kubernetes are, which `./test clusters` makes; undefined: those tests are another part's. */
export const kubernetesParts = process.env['EMBERLAB_TEST_KUBERNETES'];

export type TestKubernetes = AsyncDisposable & {
  /** a kubeconfig that may do everything */
  readonly kubeconfig: string;
};

/** The ports that it wants: a free one, and the four after it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port > 65_000 ? freePort() : port;
}

/** The root of the image that drivers and executors run in, which `./test clusters` makes where Pods can truly run; undefined: they can't. */
const sparkImage = process.env['EMBERLAB_TEST_SPARK_IMAGE'];
export const hasNode = kubernetesParts !== undefined && sparkImage !== undefined;

/** As Pods know this machine and that image. */
export const nodeNet = '10.213';
export const sparkImageName = `localhost/${basename(sparkImage ?? 'none')}:1`;

/** A Kubernetes without a node: API server, controllers and scheduler on this machine's loopback address. Takes ten seconds. */
export const startControlPlane = (): Promise<TestKubernetes> => start('control-plane', async () => undefined);

/** A Kubernetes with a node, in which Pods truly run, of the image with Spark. One at a time; needs root. */
export const startNode = (): Promise<TestKubernetes> =>
  start('cluster', async (state, parts) => {
    const env = { ...process.env, NODE_PID: (await readFile(join(state, 'node.pid'), 'utf8')).trim() };
    const reach = ['--target', env.NODE_PID, '--mount', 'ctr', '--address', '/run/containerd.sock'];
    const images = await promisify(execFile)('nsenter', [...reach, '--namespace', 'k8s.io', 'images', 'ls', '-q']);
    if (images.stdout.split('\n').includes(sparkImageName)) return;
    await promisify(execFile)(image, [parts, sparkImageName, join(sparkImage ?? '', 'rootfs'), '/bin/sh'], { env });
  });

async function start(
  mode: 'control-plane' | 'cluster',
  prepare: (state: string, parts: string) => Promise<void>,
): Promise<TestKubernetes> {
  const parts = kubernetesParts;
  if (parts === undefined) throw new Error('EMBERLAB_TEST_KUBERNETES is not set');
  const folder = await mkdtemp(join(tmpdir(), 'ember-kubernetes-'));
  const state = join(folder, 'state');
  const child = spawn(run, [parts, mode], {
    env: {
      ...process.env,
      MINIKUBERNETES_STATE: state,
      MINIKUBERNETES_PORT: String(await freePort()),
      MINIKUBERNETES_NET: nodeNet,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const ready = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('READY ')) ready.resolve(line.slice('READY '.length));
  });
  child.once('exit', () => ready.reject(new Error(`Kubernetes did not start: ${said.slice(-20).join('\n')}`)));
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const kubeconfig = await ready.promise;
    await prepare(state, parts);
    return { kubeconfig, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
