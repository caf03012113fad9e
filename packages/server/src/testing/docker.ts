import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Where the image of the tests is, which `./test clusters` makes; undefined: those tests are another part's. */
export const dockerParts = process.env['EMBERLAB_TEST_DOCKER'];

/** The image of the tests: Debian with Python. */
export const testImage = 'emberlab-test:1';
/** One in which there is nothing to run. */
export const emptyImage = 'emberlab-empty:1';

export type TestDocker = AsyncDisposable & {
  /** the Unix socket of the engine */
  readonly socket: string;
  /** Runs docker(1) with it. Answers what it prints. */
  docker(...args: string[]): Promise<string>;
  /** Says a word to whoever connects to this port of the machine that the engine takes itself to be on. */
  serve(port: number, word: string): Promise<{ port: number } & AsyncDisposable>;
};

const speaker = `
import socket, sys
s = socket.create_server(("", int(sys.argv[1])))
print("up", flush=True)
while True: s.accept()[0].sendall(sys.argv[2].encode())
`;

/** The path of an image's content, by its name: `image`, `empty`. */
export const contentOf = (name: 'image' | 'empty'): string => join(dockerParts ?? '', `${name}.tar`);

/**
 * A Docker engine of its own, with the images of the tests and no other ones: in network and mount namespaces of its own, so that networks and rules of the
 * firewall go with it, whatever ends it. `reaches`: builds reach what this machine does instead, by its own network, and containers have none. Takes some seconds.
 */
export async function startDocker({ reaches = false }: { reaches?: boolean } = {}): Promise<TestDocker> {
  if (dockerParts === undefined) throw new Error('EMBERLAB_TEST_DOCKER is not set');
  const folder = await mkdtemp(join(tmpdir(), 'ember-docker-'));
  const socket = join(folder, 'docker.sock');
  const places = {
    'data-root': join(folder, 'data'),
    'exec-root': join(folder, 'exec'),
    pidfile: join(folder, 'pid'),
    host: `unix://${socket}`,
  };
  const flags = Object.entries(places).map(([name, value]) => `--${name}=${value}`);
  const daemon = ['dockerd', '--bridge=none', '--ip-forward=false', '--shutdown-timeout=2', ...flags];
  const apart = [
    'unshare',
    '--net',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    'ip link set lo up; exec "$@"',
    'sh',
  ];
  // Of this machine's own network it makes nothing and changes nothing.
  const within = reaches ? [...daemon, '--iptables=false'] : [...apart, ...daemon];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...within], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  const ready = Promise.withResolvers<undefined>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (line.includes('API listen on')) ready.resolve(undefined);
  });
  child.once('exit', () => ready.reject(new Error(`Docker did not start: ${said.slice(-10).join('\n')}`)));
  const docker = async (...args: string[]) =>
    (await promisify(execFile)('docker', ['--host', `unix://${socket}`, ...args])).stdout.trim();
  const serve = async (port: number, word: string) => {
    const within = [`--net=/proc/${child.pid}/ns/net`, 'python3', '-c', speaker, String(port), word];
    const one = spawn('nsenter', within, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(createInterface({ input: one.stdout }), 'line');
    return {
      port,
      async [Symbol.asyncDispose]() {
        one.kill();
        await once(one, 'exit');
      },
    };
  };
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      for (const id of (await docker('ps', '--quiet', '--all')).split('\n').filter(Boolean))
        await docker('rm', '-f', id);
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready.promise;
    await docker('import', contentOf('image'), testImage);
    await docker('import', contentOf('empty'), emptyImage);
    return { socket, docker, serve, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
}
