import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { S3Options } from '../storage/s3/client.ts';

/** Where `./test` has put a server that speaks S3 (Python's moto); undefined: the tests were not started by it. */
const home = process.env['EMBERLAB_TEST_OBJECT_STORE'];
export const hasObjectStore = home !== undefined;

export type ObjectStore = AsyncDisposable & {
  readonly address: string;
  /** A bucket of its own, which is empty. */
  bucket(): Promise<S3Options>;
};

/** A server process that speaks S3, on this machine, with nothing in it. */
export async function startObjectStore(): Promise<ObjectStore> {
  const child = spawn(join(home ?? '', 'bin/python'), ['-u', '-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
      else if (lines.push(line) > 20) lines.shift();
    });
  }
  child.once('error', reject);
  child.once('exit', () => reject(new Error(`the object store ended: ${lines.join('\n')}`)));
  const address = await promise;
  let last = 0;
  return {
    address,
    async bucket() {
      last += 1;
      const bucket = `bucket${last}`;
      const made = await fetch(`${address}/${bucket}`, { method: 'PUT' });
      if (!made.ok) throw new Error(`the bucket was not made: ${made.status}`);
      return {
        endpoint: address,
        region: 'us-east-1',
        bucket,
        prefix: '',
        accessKey: 'test',
        secretKey: 'testtesttest',
      };
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
