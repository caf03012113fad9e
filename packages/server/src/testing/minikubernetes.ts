import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const run = join(import.meta.dirname, '../../../../e2e/clusters/minikubernetes/run');

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

/** A Kubernetes without a node: API server, controllers and scheduler on this machine's loopback address. Takes ten seconds. */
export async function startControlPlane(): Promise<TestKubernetes> {
  if (kubernetesParts === undefined) throw new Error('EMBERLAB_TEST_KUBERNETES is not set');
  const folder = await mkdtemp(join(tmpdir(), 'ember-kubernetes-'));
  const child = spawn(run, [kubernetesParts, 'control-plane'], {
    env: { ...process.env, MINIKUBERNETES_STATE: join(folder, 'state'), MINIKUBERNETES_PORT: String(await freePort()) },
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
    return { kubeconfig: await ready.promise, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
