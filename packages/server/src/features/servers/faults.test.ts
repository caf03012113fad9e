import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import type { Clock } from '../../lib/clock.ts';
import { ask } from './jupyter.fixture.ts';
import { lightServers, makeLightFolder, until } from './light.fixture.ts';

/** One member, and a program that does as `mode` says. */
async function withMode(mode: string, clock?: Clock) {
  const light = await lightServers(await makeLightFolder(), clock === undefined ? {} : { clock });
  light.say('mode', mode);
  await light.servers.start();
  const [whose] = await light.members(1);
  if (whose === undefined) throw new Error('nobody');
  const { id } = await light.servers.service.start(whose);
  return { ...light, whose, id: id ?? '' };
}

/** Lets time go by until `check` holds. */
async function turn(clock: ReturnType<typeof fakeClock>, check: () => Promise<boolean>, ms = 50): Promise<void> {
  await until(async () => {
    if (clock.waiting() > 0) clock.advance(ms);
    return check();
  });
}

describe('Jupyter that', () => {
  it('exits at once is told with its reason and its last lines, and leaves nothing', async () => {
    await using it = await withMode('exits');
    await it.reach(it.whose, 'failed');
    const { problem } = await it.get(it.whose);
    expect(problem?.message).toBe('Jupyter ended before it answered (exit code 1): ValueError: bad port.');
    expect(problem?.logTail).toContain('up');
    expect(it.left([it.id])).toEqual([]);
    it.say('mode', 'well');
    await it.servers.service.start(it.whose);
    await it.reach(it.whose, 'running');
  }, 30_000);

  it('hangs is ended when its time to answer is over', async () => {
    const clock = fakeClock();
    await using it = await withMode('hangs', clock);
    await turn(clock, async () => (await it.get(it.whose)).state === 'failed', 1000);
    expect((await it.get(it.whose)).problem?.message).toBe('Jupyter did not answer within 60 seconds.');
    expect(it.left([it.id])).toEqual([]);
  }, 30_000);

  it('hears no signal is ended within 10 s all the same', async () => {
    const clock = fakeClock();
    await using it = await withMode('deaf', clock);
    await turn(clock, async () => (await it.get(it.whose)).state === 'running');
    const asked = clock.now();
    await it.servers.service.stop(it.whose);
    await turn(clock, async () => (await it.get(it.whose)).state === 'stopped', 25);
    expect(clock.now() - asked).toBeLessThan(10_000);
    expect(it.left([it.id])).toEqual([]);
  }, 30_000);

  it('is killed is told so', async () => {
    await using it = await withMode('well');
    await it.reach(it.whose, 'running');
    const handle = await it.spawner.find(it.id);
    process.kill(handle?.pid ?? 0, 'SIGKILL');
    await it.reach(it.whose, 'failed');
    expect((await it.get(it.whose)).problem?.message).toMatch(/was killed by the system \(SIGKILL\)/);
    expect(it.targets.size).toBe(0);
    expect(it.left([it.id])).toEqual([]);
  }, 30_000);

  it('fills its log does not fill the disk', async () => {
    await using it = await withMode('floods');
    await it.reach(it.whose, 'running');
    const size = () => statSync(it.spawner.log(it.id)).size;
    for (let round = 1; round <= 4; round += 1) {
      it.say('more', String(round));
      await until(() => it.read('written') === String(round));
      // The last piece is cut when it ends.
      if (round === 4) break;
      await it.servers.lookAtUse();
      expect(size()).toBeLessThanOrEqual(1024 ** 2);
    }
    await it.servers.service.stop(it.whose);
    await it.reach(it.whose, 'stopped');
    expect(size()).toBeLessThanOrEqual(1024 ** 2);
    expect(readFileSync(it.spawner.log(it.id), 'utf8')).toMatch(
      /^\[This log had grown to 4 MB; earlier lines are gone/,
    );
  }, 30_000);

  it('finds a stranger at its socket starts all the same, and nobody is led to the stranger', async () => {
    await using it = await withMode('well');
    await it.reach(it.whose, 'running');
    await it.servers.service.stop(it.whose);
    await it.reach(it.whose, 'stopped');
    // The next one's socket is known as soon as it is asked for: control has not begun with it yet.
    await it.servers.close();
    const { id } = await it.servers.service.start(it.whose);
    const owner = { serverId: id ?? '', ...it.whose };
    const stranger = createServer((_request, response) => response.end('stranger'));
    stranger.listen(await it.spawner.reachedAt(owner));
    await once(stranger, 'listening');
    await it.servers.start();
    await it.reach(it.whose, 'running');
    const target = it.targets.get(id ?? '');
    expect(target === undefined ? '' : (await ask(target, '/')).text).toBe('{}');
    stranger.close();
  }, 30_000);

  it('loses its socket to a stranger while it starts is told so, and the stranger is not taken for it', async () => {
    await using it = await withMode('waits');
    const log = () => readFileSync(it.spawner.log(it.id), 'utf8');
    await until(async () => (await it.get(it.whose)).steps.at(-1)?.step === 'answering' && log().includes('up'));
    let asked = 0;
    const stranger = createServer((_request, response) => {
      asked += 1;
      response.writeHead(404).end();
    });
    stranger.listen(await it.spawner.reachedAt({ serverId: it.id, ...it.whose }));
    await until(() => asked > 2);
    expect((await it.get(it.whose)).state).toBe('starting');
    it.say('go', '');
    await it.reach(it.whose, 'failed');
    expect((await it.get(it.whose)).problem?.message).toContain('Address already in use');
    stranger.close();
  }, 30_000);
});

describe('many servers', () => {
  it('that start at once all get ready, and never more of them start than may', async () => {
    await using light = await lightServers(await makeLightFolder());
    await light.servers.start();
    const members = await light.members(10);
    await Promise.all(members.map((whose) => light.servers.service.start(whose)));
    let most = 0;
    const positions = new Set<number | null>();
    await until(async () => {
      const all = await Promise.all(members.map(light.get));
      most = Math.max(most, all.filter((one) => one.state === 'starting').length);
      for (const { queuePosition } of all) positions.add(queuePosition);
      expect(all.filter((one) => one.state === 'failed')).toEqual([]);
      return all.every((one) => one.state === 'running');
    });
    expect(most).toBe(2);
    expect(positions.size).toBeGreaterThan(5);
    expect(light.targets.size).toBe(10);
    expect(light.errors).toEqual([]);
  }, 60_000);

  it('started and stopped a hundred times in a row leave no process, socket, group or open file', async () => {
    await using light = await lightServers(await makeLightFolder());
    await light.servers.start();
    const [whose] = await light.members(1);
    if (whose === undefined) throw new Error('nobody');
    const ids: string[] = [];
    const openFiles = () => readdirSync('/proc/self/fd').length;
    let before = 0;
    for (let round = 0; round < 100; round += 1) {
      ids.push((await light.servers.service.start(whose)).id ?? '');
      await light.reach(whose, 'running');
      await light.servers.service.stop(whose);
      await light.reach(whose, 'stopped');
      if (round === 4) before = openFiles();
    }
    expect(new Set(ids).size).toBe(100);
    expect(light.left(ids)).toEqual([]);
    // What the last one had open may take a moment to be closed; what is left open stays.
    await expect.poll(openFiles).toBeLessThanOrEqual(before);
    expect(light.errors).toEqual([]);
  }, 120_000);

  it('that run when control is killed are all taken over, with the ends that they had', async () => {
    const folder = await makeLightFolder();
    const control = spawn(process.execPath, [join(import.meta.dirname, 'control.program.ts'), folder, '10'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(control, 'exit');
    const said = once(createInterface(control.stdout), 'line').finally(() => control.kill('SIGKILL'));
    const [line] = await Promise.race([said, ended]);
    await ended;
    await using light = await lightServers(folder);
    const members = JSON.parse(String(line)) as { projectId: string; userId: string }[];
    const before = await Promise.all(members.map(light.get));
    await light.servers.start();
    expect(light.targets.size).toBe(10);
    for (const target of light.targets.values()) expect((await ask(target, '/')).status).toBe(200);
    await light.servers.lookAtUse();
    const after = await Promise.all(members.map(light.get));
    for (const [index, one] of after.entries()) {
      const { stopsAt, readyAt, id, limits } = before[index] ?? {};
      expect(one).toMatchObject({ id, readyAt, stopsAt, limits, state: 'running' });
      expect(one.use?.memoryMb).toBeGreaterThan(0);
      expect(stopsAt).toMatch(/^\d{4}-/);
    }
    for (const whose of members) await light.servers.service.stop(whose);
    for (const whose of members) await light.reach(whose, 'stopped');
    expect(light.left(after.map(({ id }) => id ?? ''))).toEqual([]);
  }, 60_000);
});
