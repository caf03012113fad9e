import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { contentOf, dockerParts, startDocker, type TestDocker } from '../testing/docker.ts';

const root = join(import.meta.dirname, '../../../..');
const run = promisify(execFile);
const dockerfile = join(root, 'packaging/image/Dockerfile');
const minutes = 60_000;

/** What the Dockerfile begins with, from what debootstrap has made, with the certificates that this machine takes for registries. */
async function importBase({ docker }: TestDocker, name: string): Promise<void> {
  const bundle = process.env['SSL_CERT_FILE'];
  if (bundle === undefined) return void (await docker('import', contentOf('image'), name));
  const folder = await mkdtemp(join(tmpdir(), 'ember-base-'));
  try {
    const tar = join(folder, 'base.tar');
    await run('cp', [contentOf('image'), tar]);
    // From where Debian makes its bundle anew.
    await run('tar', ['--dereference', '-rf', tar, '-C', '/', 'usr/local/share/ca-certificates', bundle.slice(1)]);
    const names = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'PIP_CERT', 'npm_config_cafile'];
    await docker('import', '--change', `ENV ${names.map((one) => `${one}=${bundle}`).join(' ')}`, tar, name);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A part of its own: `./test clusters`. It takes ten minutes. */
describe.skipIf(dockerParts === undefined)('the image', () => {
  it(
    'is built, and starts without a network, as a user who may write its data alone',
    { timeout: 40 * minutes },
    async () => {
      await using engine = await startDocker({ reaches: true });
      const { docker } = engine;
      const [, base = ''] = /^ARG BASE=(\S+)$/m.exec(await readFile(dockerfile, 'utf8')) ?? [];
      await importBase(engine, base);
      // As it is in a clone: what was made here stays out by .dockerignore.
      await docker('build', '--network=host', '--file', dockerfile, '--tag', 'emberlab', root);
      await docker(
        'run',
        '--detach',
        '--name=one',
        '--network=none',
        '--read-only',
        '--tmpfs=/tmp',
        '--cap-drop=ALL',
        '--security-opt=no-new-privileges',
        '--volume=data:/var/lib/emberlab',
        'emberlab',
      );
      const health = () => docker('inspect', '--format={{.State.Health.Status}}', 'one');
      const logs = async () => {
        const { stdout, stderr } = await run('docker', ['--host', `unix://${engine.socket}`, 'logs', 'one']);
        return stdout + stderr;
      };
      const becomesHealthy = () => expect.poll(health, { timeout: 5 * minutes, interval: 500 }).toBe('healthy');
      await becomesHealthy();
      // Nothing was set up, and the way in is there.
      expect(await logs()).not.toMatch(/\[1\/|npm packages/);
      expect(await logs()).toMatch(/http:\/\/localhost:8080/);
      expect(await docker('exec', 'one', 'id', '-u')).toBe('10001');
      const add = 'echo "correct horse battery staple" | emberlab user add ada@example.org --admin --password-stdin';
      expect(await docker('exec', 'one', 'sh', '-c', add)).toContain('ada@example.org can log in now');
      expect(await docker('exec', 'one', 'sh', '-c', 'java -version 2>&1; python3 --version; tini --version')).toMatch(
        /openjdk version "17[\s\S]*Python 3\.11[\s\S]*tini/,
      );
      // As when its node is drained: it ends when it is told to, and finds its data again.
      const before = Date.now();
      await docker('stop', '--time=30', 'one');
      expect(Date.now() - before).toBeLessThan(25_000);
      expect(await docker('inspect', '--format={{.State.ExitCode}}', 'one')).toBe('0');
      await docker('start', 'one');
      await becomesHealthy();
      // Who isn't there can't be let in again.
      await docker('exec', 'one', 'emberlab', 'user', 'unlock', 'ada@example.org');
      await expect(docker('exec', 'one', 'emberlab', 'user', 'unlock', 'bob@example.org')).rejects.toThrow('bob');
    },
  );
});
