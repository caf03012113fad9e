import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { claimDataFolder, joinReplicas, servedPort } from './claim.ts';
import { FatalError } from './messages.ts';
import { supervise, type Supervisor } from './supervise.ts';

describe('supervise', () => {
  let folder: string;
  let supervisor: Supervisor | null = null;
  let restarts: string[];
  let waits: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-supervise-'));
    restarts = [];
    waits = [];
  });
  afterEach(async () => {
    await supervisor?.stop();
    rmSync(folder, { recursive: true });
  });

  /** Supervises a program whose roles do as the text says; each start is noted in a file. */
  function run(program: string): Supervisor {
    const entry = join(folder, 'entry.mjs');
    const prelude = `import { appendFileSync } from 'node:fs';
      const role = process.argv[2];
      appendFileSync(${JSON.stringify(join(folder, 'starts'))}, role + ' ' + process.pid + '\\n');
      process.on('disconnect', () => process.exit(0));
      process.once('message', ({ config }) => {`;
    writeFileSync(entry, `${prelude}${program}});`);
    const config = readConfig({ EMBERLAB_DATA: folder });
    supervisor = supervise({
      entry,
      config,
      onRestart: (role, code) => void restarts.push(`${role} ${code}`),
      onWait: (sentence) => void waits.push(sentence),
    });
    return supervisor;
  }
  const starts = () => readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n');
  const serve =
    "process.send({ type: 'ready', url: config.publicOrigin, setUpUrl: role === 'control' ? 'link' : undefined });";

  it('hands the settings on and says when both serve', async () => {
    await expect(run(serve).ready).resolves.toEqual({ url: 'http://localhost:8080', setUpUrl: 'link' });
  });

  it('hands on why one waits, and goes on once it serves', async () => {
    const slow = `if (role === 'control') process.send({ type: 'waits', message: 'not yet' }); ${serve}`;
    await run(slow).ready;
    expect(waits).toEqual(['not yet']);
  });

  it('starts one again that was killed, and leaves the other alone', async () => {
    await run(serve).ready;
    const [, pid] =
      starts()
        .find((line) => line.startsWith('control'))
        ?.split(' ') ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await expect.poll(() => starts().filter((line) => line.startsWith('control')).length).toBe(2);
    expect(starts().filter((line) => line.startsWith('edge'))).toHaveLength(1);
    expect(restarts).toEqual(['control SIGKILL']);
  });

  it('gives up on one that never serves', async () => {
    await expect(run(`if (role === 'edge') { ${serve} } else process.exit(7);`).ready).rejects.toThrow(
      'control ended 3 times before it could serve. What it said stands above and in its log.',
    );
    expect(restarts).toEqual(['control 7', 'control 7']);
  });

  it('passes on the sentence of one that can not serve', async () => {
    const { ready } = run(
      `if (role === 'edge') process.send({ type: 'fatal', message: 'Port 1 is taken.' }); else { ${serve} }`,
    );
    await expect(ready).rejects.toEqual(new FatalError('Port 1 is taken.'));
  });

  it('ends both when it is stopped', async () => {
    const running = run(serve);
    await running.ready;
    await running.stop();
    for (const line of starts()) expect(() => process.kill(Number(line.split(' ')[1]), 0)).toThrow(/ESRCH/);
    expect(restarts).toEqual([]);
  });
});

describe('claimDataFolder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-claim-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is given to one at a time, and again once it is given back or its holder was killed', async () => {
    const config = readConfig({ EMBERLAB_DATA: folder });
    const release = await claimDataFolder(config);
    await expect(claimDataFolder(config)).rejects.toThrow(/Emberlab runs already with the data folder/);
    await release();
    const again = await claimDataFolder(config);
    writeFileSync(join(folder, 'run/supervisor.json'), JSON.stringify({ pid: process.pid, startTicks: '1' }));
    await claimDataFolder(config);
    await again();
  });

  it('is shared by replicas, each of which sets up alone, and by nobody else', async () => {
    const settings = { EMBERLAB_DATA: folder, EMBERLAB_PORT: '18123' };
    const config = readConfig({
      ...settings,
      EMBERLAB_REPLICAS: 'true',
      EMBERLAB_DATABASE_URL: 'postgres://nobody@localhost/none',
    });
    const setUp = await claimDataFolder(config, { beside: true });
    let isSecond = false;
    const second = claimDataFolder(config, { beside: true }).then((release) => {
      isSecond = true;
      return release;
    });
    const leave = await joinReplicas(config);
    await new Promise(setImmediate);
    expect(isSecond).toBe(false);
    await setUp();
    await (
      await second
    )();
    expect(await servedPort(config)).toBe(18123);
    await expect(claimDataFolder(readConfig(settings))).rejects.toThrow(/Emberlab runs already with the data folder/);
    await leave();
    await (
      await claimDataFolder(readConfig(settings))
    )();
    expect(await servedPort(config)).toBeNull();
  });
});
