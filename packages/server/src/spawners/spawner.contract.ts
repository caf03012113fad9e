import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identify } from '../lib/process.ts';
import { newId } from '../lib/ids.ts';
import { SpawnError, type Spawner, type ServerSpec } from './spawner.ts';

/** Something to test a spawner with; `cwd` is a folder to work in. */
export type SpawnerFixture = { spawner: Spawner; cwd: string } & AsyncDisposable;

/** The `serverLogBytes` of a spawner to be tested. */
export const contractLogBytes = 64 * 1024;

/** Resolves once `check` holds; the test's own timeout is the limit. */
async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
}

/** A server of these tests: a script of the shell. */
export const specFor = (cwd: string, script: string, more: Partial<ServerSpec> = {}): ServerSpec => ({
  serverId: newId(),
  projectId: 'project1',
  userId: 'user1',
  file: '/bin/sh',
  args: ['-c', script],
  cwd,
  env: { PATH: '/usr/bin:/bin' },
  files: {},
  limits: { memoryMb: null, cores: null },
  ...more,
});

/**
 * What every spawner does alike. Programs of the tests are shell scripts, for which `sh` has to be there. `ofThisMachine`: servers are processes of this machine,
 * which alone run once, and whose processes can be seen and counted from here. `isFirst`: each is the first process of its
 * namespace, which can't end itself by a signal.
 */
export function describeSpawner(
  name: string,
  open: () => Promise<SpawnerFixture>,
  { ofThisMachine = true, isFirst = false }: { ofThisMachine?: boolean; isFirst?: boolean } = {},
): void {
  describe(`spawner: ${name}`, () => {
    it('starts a server with its files, its environment and nothing else', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const secret = process.env['HOME'] ?? '';
      const spec = specFor(cwd, 'pwd; env; cat "$FOLDER/deep/note"', { files: { 'deep/note': 'hello' } });
      const { folder, home } = spawner.places(spec);
      const { exited } = await spawner.start({ ...spec, env: { ...spec.env, FOLDER: folder } });
      expect(await exited).toEqual({ code: 0, signal: null });
      const log = readFileSync(spawner.log(spec.serverId), 'utf8');
      expect(log).toContain(`${cwd}\n`);
      expect(log).toContain('hello');
      expect(log).not.toContain(`HOME=${secret}`);
      // Others see nothing of it, and a group at most what is lent to it.
      expect(statSync(join(folder, 'deep/note')).mode & 0o137).toBe(0);
      expect(statSync(folder).mode & 0o027).toBe(0);
      expect(statSync(home).mode & 0o777).toBe(0o700);
    });

    it('gives a socket path that fits into an address', async () => {
      await using fixture = await open();
      const { listens } = fixture.spawner.places(specFor(fixture.cwd, 'true'));
      expect('socket' in listens && Buffer.byteLength(listens.socket) >= 100).toBe(false);
    });

    it('says how a server ended', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      expect(await (await spawner.start(specFor(cwd, 'exit 3'))).exited).toEqual({ code: 3, signal: null });
    });

    it.skipIf(isFirst)('says which signal has ended a server', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      expect(await (await spawner.start(specFor(cwd, 'kill -9 $$'))).exited).toEqual({ code: null, signal: 'SIGKILL' });
    });

    it.skipIf(!ofThisMachine)('keeps how that ended which runs once, also for who was away', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const spec = specFor(cwd, 'umask; echo "args $0 $1"; exit 3', { once: true });
      expect(await spawner.runOf(spec.serverId)).toEqual({ begun: null, exitCode: null });
      const { handle, exited } = await spawner.start({ ...spec, args: [...spec.args, 'a b', '$(id)'] });
      await exited;
      expect(await spawner.runOf(spec.serverId)).toEqual({ begun: handle, exitCode: 3 });
      await spawner.stop(spec.serverId, handle);
      await spawner.clean(spec.serverId);
      expect(await spawner.runOf(spec.serverId)).toEqual({ begun: handle, exitCode: 3 });
      expect(readFileSync(spawner.log(spec.serverId), 'utf8')).toBe('0007\nargs a b $(id)\n');
      await spawner.forget(spec.serverId);
      expect(await spawner.runOf(spec.serverId)).toEqual({ begun: null, exitCode: null });
    });

    it.skipIf(!ofThisMachine)('does not know how that ended whose leader was killed', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const spec = specFor(cwd, 'sleep 100', { once: true });
      const { handle, exited } = await spawner.start(spec);
      await until(async () => (await spawner.runOf(spec.serverId)).begun !== null);
      process.kill(handle.pid, 'SIGKILL');
      await exited;
      expect(await spawner.runOf(spec.serverId)).toEqual({ begun: handle, exitCode: null });
      await spawner.stop(spec.serverId, handle);
      expect(await spawner.find(spec.serverId)).toBeNull();
    });

    it('finds a server whose handle was lost, and knows whether it lives', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const spec = specFor(cwd, 'sleep 100 & wait');
      expect(await spawner.find(spec.serverId)).toBeNull();
      const { handle } = await spawner.start(spec);
      expect(await spawner.find(spec.serverId)).toEqual(handle);
      expect(await spawner.isAlive(handle)).toBe(true);
      await spawner.stop(spec.serverId, handle);
      expect(await spawner.isAlive(handle)).toBe(false);
      expect(await spawner.find(spec.serverId)).toBeNull();
    });

    it('lets a server end by itself', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const spec = specFor(cwd, `trap 'echo goodbye; exit 0' TERM; echo up; while :; do sleep 0.01; done`);
      const { handle } = await spawner.start(spec);
      await until(() => readFileSync(spawner.log(spec.serverId), 'utf8').includes('up'));
      await spawner.stop(spec.serverId, handle);
      expect(readFileSync(spawner.log(spec.serverId), 'utf8')).toContain('goodbye');
    });

    it.skipIf(!ofThisMachine)(
      'ends what a server has started too, in sessions of their own and deaf to SIGTERM',
      async () => {
        await using fixture = await open();
        const { spawner, cwd } = fixture;
        const spec = specFor(
          cwd,
          `setsid sh -c 'trap "" TERM; echo $$; while :; do sleep 0.05; done' & env -i sleep 100 & echo $!; wait`,
        );
        const { handle } = await spawner.start(spec);
        const pids = () => readFileSync(spawner.log(spec.serverId), 'utf8').trim().split('\n').map(Number);
        await until(() => pids().length === 2 && pids().every((pid) => pid > 0));
        const children = pids().map((pid) => identify(pid));
        await spawner.stop(spec.serverId, handle);
        for (const child of children) expect(child === null ? false : await spawner.isAlive(child)).toBe(false);
      },
    );

    it.skipIf(!ofThisMachine)('ends what an ended server has left', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const spec = specFor(cwd, `setsid sleep 100 & echo $!`);
      const { handle, exited } = await spawner.start(spec);
      await exited;
      const child = identify(Number(readFileSync(spawner.log(spec.serverId), 'utf8')));
      expect(child).not.toBeNull();
      await spawner.stop(spec.serverId, handle);
      expect(child !== null && (await spawner.isAlive(child))).toBe(false);
    });

    it('leaves other servers alone', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const [one, two] = [specFor(cwd, 'sleep 100'), specFor(cwd, 'sleep 100')];
      const first = await spawner.start(one);
      const second = await spawner.start(two);
      await spawner.stop(one.serverId, first.handle);
      expect(await spawner.isAlive(second.handle)).toBe(true);
      await spawner.stop(two.serverId, second.handle);
    });

    it('stops and cleans what is not there', async () => {
      await using fixture = await open();
      const { spawner } = fixture;
      const id = newId();
      await spawner.stop(id, null);
      await spawner.clean(id);
      await spawner.forget(id);
      expect(await spawner.find(id)).toBeNull();
    });

    it('keeps the log when it cleans, until that is forgotten', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const spec = specFor(cwd, 'echo hello', { files: { 'deep/secret': 'x' } });
      await (
        await spawner.start(spec)
      ).exited;
      await spawner.clean(spec.serverId);
      const { folder } = spawner.places(spec);
      expect(existsSync(join(folder, 'deep'))).toBe(false);
      expect(readFileSync(spawner.log(spec.serverId), 'utf8')).toBe('hello\n');
      await spawner.forget(spec.serverId);
      expect(existsSync(folder)).toBe(false);
    });

    it.skipIf(!ofThisMachine)('keeps memory within the limit, for what a server starts as well', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      // tail holds a line until it has its end.
      const hog = 'head -c 200000000 /dev/zero | tail -n 1 | wc -c';
      const limits = { memoryMb: 64, cores: null };
      expect(spawner.limitedBy(limits)).not.toBe('none');
      for (const memoryMb of [64, null]) {
        const spec = specFor(cwd, hog, { limits: { memoryMb, cores: null } });
        const { exited, handle } = await spawner.start(spec);
        await exited;
        expect(readFileSync(spawner.log(spec.serverId), 'utf8').includes('200000000')).toBe(memoryMb === null);
        await spawner.stop(spec.serverId, handle);
        await spawner.clean(spec.serverId);
      }
    });

    it.skipIf(!ofThisMachine)('says what a server takes, and what its processes are for', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const script = `x=$(head -c 50000000 /dev/zero | tr '\\0' x); JPY_SESSION_NAME=a.ipynb sleep 100 & echo up; wait`;
      const spec = specFor(cwd, script);
      const { handle } = await spawner.start(spec);
      await until(() => readFileSync(spawner.log(spec.serverId), 'utf8').includes('up'));
      await until(async () => {
        const use = (await spawner.use([spec.serverId])).get(spec.serverId);
        return use?.processes.some((one) => one.notebook === 'a.ipynb') ?? false;
      });
      const use = (await spawner.use([spec.serverId, 'nothing'])).get(spec.serverId);
      expect(use?.memoryBytes).toBeGreaterThan(50_000_000);
      expect(use?.cpuMs).toBeGreaterThan(0);
      expect(use?.processes.map((one) => one.notebook).toSorted()).toEqual(['a.ipynb', null]);
      expect((await spawner.use(['nothing'])).size).toBe(0);
      await spawner.stop(spec.serverId, handle);
      await spawner.clean(spec.serverId);
    });

    it('cuts a log that has become too long, and the server goes on writing to it', async () => {
      await using fixture = await open();
      const { spawner, cwd } = fixture;
      const spec = specFor(
        cwd,
        'yes "a line" | head -n 100000; echo full; until [ -e go ]; do sleep 0.01; done; echo on',
      );
      const { exited } = await spawner.start(spec);
      const log = () => readFileSync(spawner.log(spec.serverId), 'utf8');
      await until(() => log().includes('full'));
      await spawner.boundLog(spec.serverId);
      expect(statSync(spawner.log(spec.serverId)).size).toBeLessThan(contractLogBytes / 4);
      expect(log()).toMatch(/^\[This log had grown to 1 MB; earlier lines are gone\.\]\n(?:a line\n)+full\n$/);
      writeFileSync(join(cwd, 'go'), '');
      await exited;
      expect(log()).toMatch(/full\non\n$/);
      const short = log();
      await spawner.boundLog(spec.serverId);
      expect(log()).toBe(short);
      await spawner.boundLog('nothing');
    });

    it('says in a sentence why a server could not be started', async () => {
      await using fixture = await open();
      const started = fixture.spawner.start(specFor(fixture.cwd, '', { file: '/nowhere/bin/python' }));
      await expect(started).rejects.toThrow(SpawnError);
      await expect(started).rejects.toThrow(/environment/);
    });
  });
}
