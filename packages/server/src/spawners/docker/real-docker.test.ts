import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canMakeUsers, unixRig } from '../../identities/unix/testing.ts';
import { systemClock } from '../../lib/clock.ts';
import { dockerParts, emptyImage, startDocker, testImage, type TestDocker } from '../../testing/docker.ts';
import { testProfile } from '../../testing/profiles.ts';
import type { Profile } from '../profile.ts';
import { contractLogBytes, describeSpawner, specFor } from '../spawner.contract.ts';
import { containerName } from './container.ts';
import { testSettings } from './settings.fixture.ts';
import { createDockerSpawner } from './spawner.ts';

/** They need an engine, and are a part of their own: `./test clusters`. */
describe.skipIf(dockerParts === undefined || !canMakeUsers)('on a real Docker engine', () => {
  let engine: TestDocker;
  beforeAll(async () => {
    engine = await startDocker();
  }, 120_000);
  afterAll(async () => engine[Symbol.asyncDispose]());

  /** A spawner with its data folder, in which members are users of the machine. */
  async function fixture(more: Parameters<typeof testSettings>[0] = {}, profiles: readonly Profile[] = []) {
    const rig = await unixRig();
    const cwd = join(rig.folder, 'projects', 'demo');
    await mkdir(cwd);
    const paths = { servers: join(rig.folder, 'servers'), run: join(rig.folder, 'run') };
    const config = { dataDir: rig.folder, port: 8080, paths, serverLogBytes: contractLogBytes };
    const settings = testSettings({ socket: engine.socket, image: testImage, ...more });
    const open = () =>
      createDockerSpawner({ clock: systemClock, config, settings, profiles, identities: rig.identities, shared: [] });
    const spawner = open();
    const spec = (script: string, memoryMb: number | null = null, cores: number | null = null) =>
      specFor(cwd, script, { limits: { memoryMb, cores } });
    return {
      rig,
      cwd,
      spawner,
      open,
      spec,
      /** Runs a script as a server, and answers what it prints. */
      async said(
        script: string,
        limits: { memoryMb: number | null; cores: number | null } = { memoryMb: null, cores: null },
      ) {
        const one = specFor(cwd, script, { limits });
        await (
          await spawner.start(one)
        ).exited;
        const text = readFileSync(spawner.log(one.serverId), 'utf8');
        await spawner.stop(one.serverId, null);
        return text;
      },
      log: (serverId: string) => readFileSync(spawner.log(serverId), 'utf8'),
      async [Symbol.asyncDispose]() {
        for (const id of (await spawner.present?.().catch(() => [])) ?? []) await spawner.stop(id, null, 0);
        await rig[Symbol.asyncDispose]();
      },
    };
  }

  describeSpawner('docker', fixture, { ofThisMachine: false });

  it('runs as its member, without a right, and writes nothing but what is its own', async () => {
    await using it = await fixture();
    const script = `
      grep -E '^(Uid|Gid|Groups|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status
      touch /etc/x 2>/dev/null || echo root is read-only
      touch "$FOLDER/x" 2>/dev/null || echo folder is read-only
      touch here "$HOME/x" "$FOLDER/log/x" /tmp/x /run/emberlab/x && echo own is not
      ls "$DATA" "$DATA/servers" | tr '\\n' ' '`;
    const spec = it.spec(script);
    const { folder, home } = it.spawner.places(spec);
    const env = { ...spec.env, FOLDER: folder, HOME: home, DATA: it.rig.folder };
    await (
      await it.spawner.start({ ...spec, env })
    ).exited;
    const user = await it.rig.unixId(spec);
    const said = it.log(spec.serverId);
    expect(user).toBeGreaterThan(0);
    expect(said).toMatch(new RegExp(`^Uid:\\t${user}\\t`, 'm'));
    expect(said).toMatch(/^CapEff:\t0+$/m);
    expect(said).toMatch(/^CapBnd:\t0+$/m);
    expect(said).toMatch(/^NoNewPrivs:\t1$/m);
    expect(said).toMatch(/^Seccomp:\t2$/m);
    expect(said).toContain('root is read-only\nfolder is read-only\nown is not\n');
    // Of the data folder nothing is there but what leads to its own.
    const { folder: data } = it.rig;
    const listed = [`${data}:`, 'homes', 'projects', 'servers', `${data}/servers:`, spec.serverId];
    expect(said.trimEnd().split('\n').at(-1)?.split(/ +/)).toEqual(listed);
  });

  it('runs each server in the image of its profile, and says of which one is missing', async () => {
    const image = 'emberlab-large:1';
    await engine.docker('create', '--name', 'larger', testImage, 'true');
    const folder = await mkdtemp(join(tmpdir(), 'ember-'));
    writeFileSync(join(folder, 'size'), 'large');
    await engine.docker('cp', join(folder, 'size'), 'larger:/etc/size');
    await rm(folder, { recursive: true });
    await engine.docker('commit', 'larger', image);
    await engine.docker('rm', 'larger');
    const large = testProfile({ name: 'large', label: 'Large', image });
    const gone = testProfile({ name: 'gone', label: 'Gone', image: 'missing:1' });
    await using it = await fixture({ pull: false }, [testProfile({ image: testImage }), large, gone]);
    const script = 'cat /etc/size 2>/dev/null || echo small; touch /etc/x 2>/dev/null || echo root is read-only';
    const started = async (profile: string) => {
      const spec = { ...it.spec(script, 256, 1), profile };
      await (
        await it.spawner.start(spec)
      ).exited;
      const label = await engine.docker(
        'inspect',
        '--format',
        '{{index .Config.Labels "emberlab.profile"}}',
        containerName(spec.serverId),
      );
      return `${label}: ${it.log(spec.serverId)}`;
    };
    expect(await started('small')).toBe('small: small\nroot is read-only\n');
    expect(await started('large')).toBe('large: largeroot is read-only\n');
    await expect(it.spawner.start({ ...it.spec('true'), profile: 'gone' })).rejects.toThrow(
      'The image of the profile “Gone”, missing:1, is not on this machine',
    );
  });

  it('keeps memory, cores, processes and /tmp within their limits', async () => {
    await using it = await fixture({ processes: 40 });
    const group = '/sys/fs/cgroup';
    const limits = { memoryMb: 64, cores: 0.5 };
    // tail holds a line until it has its end.
    const script = `
      cat ${group}/memory/memory.memsw.limit_in_bytes ${group}/memory.max 2>/dev/null
      cat ${group}/cpu/cpu.cfs_quota_us ${group}/cpu.max 2>/dev/null
      (head -c 200000000 /dev/zero | tail -n 1 | wc -c) 2>&1
      head -c 200000000 /dev/zero >/tmp/full 2>/tmp/said || tail -c 25 /tmp/said
      for i in $(seq 100); do sleep 1 & done 2>&1 | head -n 1`;
    const said = await it.said(script, limits);
    expect(said).toMatch(/^67108864$/m);
    expect(said).toMatch(/^50000\b/m);
    expect(said).not.toContain('200000000');
    const room = await it.said('head -c 200000000 /dev/zero >/tmp/full; stat -c %s /tmp/full');
    expect(room).toMatch(/No space left on device/);
    expect(room).toMatch(/^104857600$/m);
    expect(await it.said('for i in $(seq 100); do sleep 1 & done')).toMatch(/fork/i);
  });

  it('says that its memory ran out', async () => {
    await using it = await fixture();
    const hog = `exec python3 -c 'x = bytearray(200_000_000); print(len(x))'`;
    const spec = it.spec(hog, 64);
    const { exited, handle } = await it.spawner.start(spec);
    expect(await exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await it.spawner.whyEnded?.(spec.serverId)).toBe(
      'Jupyter was ended because its memory ran out: the limit is 64 MB.',
    );
    await it.spawner.stop(spec.serverId, handle);
  });

  it('says what a server takes, and what its processes are for', async () => {
    await using it = await fixture();
    const spec = it.spec(
      `x=$(head -c 50000000 /dev/zero | tr '\\0' x); JPY_SESSION_NAME=a.ipynb sleep 100 & echo up; wait`,
      512,
    );
    await it.spawner.start(spec);
    await expect.poll(() => it.log(spec.serverId)).toContain('up');
    const use = async () => (await it.spawner.use([spec.serverId, 'nothing'])).get(spec.serverId);
    await expect.poll(async () => (await use())?.processes.map((one) => one.notebook)).toContain('a.ipynb');
    expect((await use())?.memoryBytes).toBeGreaterThan(50_000_000);
    expect((await use())?.cpuMs).toBeGreaterThan(0);
    expect((await use())?.memoryKills).toBe(0);
  });

  const listener = (path: string) =>
    `import socket, time; s = socket.socket(socket.AF_UNIX); s.bind("${path}"); s.listen(); print("up", flush=True); c, _ = s.accept(); c.sendall(b"hello"); time.sleep(100)`;

  it('is reached by the socket that it makes, also by a control plane that has just started', async () => {
    await using it = await fixture();
    const spec = it.spec('true');
    const { listens } = it.spawner.places(spec);
    const made = 'socket' in listens ? listens.socket : '';
    const { handle } = await it.spawner.start({ ...spec, args: ['-c', `exec python3 -c '${listener(made)}'`] });
    await expect.poll(() => it.log(spec.serverId)).toContain('up');
    const later = it.open();
    expect(await later.find(spec.serverId)).toEqual(handle);
    expect(await later.isAlive(handle)).toBe(true);
    expect(await later.present?.()).toEqual([spec.serverId]);
    const path = (await later.reachedAt(spec)) ?? '';
    const answer = await new Promise((resolve, reject) => {
      createConnection({ path })
        .once('data', (data) => resolve(data.toString()))
        .once('error', reject);
    });
    expect(answer).toBe('hello');
    await later.stop(spec.serverId, handle);
    await later.clean(spec.serverId);
    expect(await later.isAlive(handle)).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  it('leads nobody to another socket by a link in the place of its own', async () => {
    await using it = await fixture();
    const spec = it.spec(`ln -s ${engine.socket} /run/emberlab/jupyter.sock; echo done; sleep 100`);
    await it.spawner.start(spec);
    await expect.poll(() => it.log(spec.serverId)).toContain('done');
    expect(await it.spawner.reachedAt(spec)).toBeNull();
    expect(readdirSync(join(it.rig.folder, 'run/s'))).toEqual([]);
  });

  const addressOf = async (serverId: string) => {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}';
    return (await engine.docker('inspect', '--format', format, containerName(serverId))).split(' ');
  };
  const reach = (address: string, port: number) =>
    `python3 -c 'import socket; s = socket.create_connection(("${address}", ${port}), 3); print(s.recv(9))' 2>&1 | tail -n 1`;
  const serve = (port: number) =>
    `exec python3 -c 'import socket; s = socket.create_server(("", ${port})); print("up", flush=True)
while True: s.accept()[0].sendall(b"hello")'`;

  it('reaches no other server, and this machine by its name', async () => {
    await using it = await fixture();
    const other = it.spec(serve(8888));
    await it.spawner.start(other);
    await expect.poll(() => it.log(other.serverId)).toContain('up');
    const [address = ''] = await addressOf(other.serverId);
    expect(await it.said(reach('127.0.0.1', 8888))).toMatch(/refused/);
    expect(await it.said(reach(address, 8888))).toMatch(/timed out/);
    await using here = await engine.serve(8080, 'hello');
    expect(here.port).toBe(8080);
    expect(await it.said(reach('emberlab.internal', 8080))).toBe("b'hello'\n");
  });

  it('reaches the platform alone where its network leads nowhere', async () => {
    await using it = await fixture({ internet: false });
    await using here = await engine.serve(8080, 'hello');
    expect(here.port).toBe(8080);
    expect(await it.said(reach('emberlab.internal', 8080))).toBe("b'hello'\n");
    expect(await it.said(reach('192.0.2.1', 80))).toMatch(/unreachable/);
  });

  it('says that an image has no shell, that it is missing, and that it can not be fetched', async () => {
    await using empty = await fixture({ image: emptyImage });
    const one = empty.spec('true');
    const { exited } = await empty.spawner.start(one);
    expect((await exited).code).toBeGreaterThan(0);
    expect(await empty.spawner.whyEnded?.(one.serverId)).toMatch(/^The image emberlab-empty:1 has no \/bin\/sh/);
    await using never = await fixture({ image: 'missing:1', pull: false });
    await expect(never.spawner.start(never.spec('true'))).rejects.toThrow('missing:1 is not on this machine');
    await using away = await fixture({ image: 'localhost:1/missing:1' });
    const spec = away.spec('true');
    await away.spawner.start(spec);
    const problem = async () => (await away.spawner.progress?.(spec.serverId))?.problem;
    await expect.poll(problem).toMatch(/The image localhost:1\/missing:1 can't be fetched: .*refused/);
    await away.spawner.stop(spec.serverId, null);
  });

  it('says why one ended that somebody else has removed, and what the script can not', async () => {
    await using it = await fixture();
    const spec = it.spec('sleep 100 & wait');
    const { exited, handle } = await it.spawner.start(spec);
    await engine.docker('rm', '-f', containerName(spec.serverId));
    await exited;
    expect(await it.spawner.isAlive(handle)).toBe(false);
    expect(await it.spawner.whyEnded?.(spec.serverId)).toMatch(/was removed, and not by Emberlab/);
  });

  it('says that no engine runs, and that its socket is not for us', async () => {
    await using it = await fixture({ socket: '/nowhere/docker.sock' });
    await expect(it.spawner.start(it.spec('true'))).rejects.toThrow(
      'The Docker engine does not run: nothing answers at /nowhere/docker.sock.',
    );
    expect(await it.spawner.isAlive({ pid: 0, startTicks: 'a.b' })).toBe(true);
  });
});
