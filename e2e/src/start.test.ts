import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Platform, runCommand } from './platform.ts';

/** What a person at the terminal sees when something is in the way: one sentence with cause and remedy, exit code not 0, nothing half-made. */
describe('./start', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A PATH with the tools that the script needs, and without those named. */
  function pathWithout(...names: string[]): string {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const place of ['/usr/bin', '/bin']) {
      for (const name of readdirSync(place)) {
        const hidden = names.some((prefix) => name.startsWith(prefix));
        if (!hidden && !existsSync(join(bin, name))) symlinkSync(join(place, name), join(bin, name));
      }
    }
    return bin;
  }

  it('tells its options', async () => {
    const { code, stdout } = await runCommand('./start', ['--help']);
    expect(code).toBe(0);
    for (const option of ['--port', '--host', '--data', '--no-apt', '--set-up-only']) expect(stdout).toContain(option);
  });

  it('names an option that it does not know', async () => {
    const { code, stderr } = await runCommand('./start', ['--prot', '1']);
    expect(code).toBe(2);
    expect(stderr).toContain("'--prot'");
  });

  it('names a setting that it does not know', async () => {
    const { code, stderr } = await runCommand('./start', [], {
      env: { EMBERLAB_DATA: join(folder, 'data'), EMBERLAB_PROT: '1' },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^EMBERLAB_PROT is not a setting\. The settings are: .*port/);
  });

  it.each([
    ['java', 'Java 17 or newer is missing', 'openjdk-17-jdk-headless'],
    ['python', 'Python 3.10 or newer is missing', 'python3-venv'],
  ])('says that %s is missing and which package has it', async (program, sentence, remedy) => {
    const data = join(folder, 'data');
    const { code, stderr } = await runCommand('./start', ['--no-apt', '--set-up-only'], {
      env: { EMBERLAB_DATA: data, PATH: pathWithout(program) },
    });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(remedy);
    expect(readdirSync(data).filter((name) => name !== 'run')).toEqual([]);
  });

  it('says that the data folder can not be used', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, stderr } = await runCommand('./start', ['--data', join(folder, 'file')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The data folder \S+ can't be used: it is a file\. Please choose another folder/);
  });

  it('looks for the data folder from where it is called', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { stderr } = await runCommand('./start', ['--data', 'file'], { cwd: folder });
    expect(stderr).toContain(`The data folder ${join(folder, 'file')} can't be used`);
  });

  it('says that the data folder is not writable', async () => {
    // Root may write anywhere but on what the kernel itself keeps read-only.
    const locked = process.getuid?.() === 0 ? '/proc/emberlab' : join(folder, 'locked/data');
    if (process.getuid?.() !== 0) {
      mkdirSync(join(folder, 'locked'));
      chmodSync(join(folder, 'locked'), 0o500);
    }
    const { code, stderr } = await runCommand('./start', ['--data', locked]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The data folder \S+ can't be used: .*Please choose another folder/);
  });

  // A disk that is small enough has to be made, and only root can mount one.
  it.skipIf(process.getuid?.() !== 0)('says that there is too little disk', async () => {
    const data = join(folder, 'small');
    mkdirSync(data);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', data]);
    try {
      const { code, stderr } = await runCommand('./start', ['--data', data, '--set-up-only']);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^There are only 0\.1 GB free in \S+, and set-up needs 4 GB\. Please free some, or choose another folder/,
      );
      expect(readdirSync(data).filter((name) => name !== 'run')).toEqual([]);
    } finally {
      execFileSync('umount', [data]);
    }
  });

  it('says that the port is taken before it sets anything up', async () => {
    using taken = await takenPort();
    const data = join(folder, 'data');
    const { code, stdout, stderr } = await runCommand('./start', ['--data', data, '--port', String(taken.port)]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`Port ${taken.port} is taken by another program. Stop that or choose another with --port.\n`);
    expect(readdirSync(data).filter((name) => name !== 'run')).toEqual([]);
  });

  it('says that the port is taken', async () => {
    using taken = await takenPort();
    const platform = await Platform.prepare();
    try {
      const { code, stderr } = await runCommand('./start', ['--port', String(taken.port)], {
        env: { EMBERLAB_DATA: platform.data },
      });
      expect(code).toBe(1);
      expect(stderr).toBe(`Port ${taken.port} is taken by another program. Stop that or choose another with --port.\n`);
    } finally {
      await platform.remove();
    }
  });

  it('does not share its data folder with a second one', async () => {
    const platform = await Platform.prepare();
    try {
      await platform.start();
      const { code, stderr } = await runCommand('./start', ['--port', '1'], { env: { EMBERLAB_DATA: platform.data } });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Emberlab runs already with the data folder/);
    } finally {
      await platform.remove();
    }
  });

  it('starts control and edge again when they are killed', async () => {
    const platform = await Platform.prepare();
    try {
      await platform.start();
      const answers = async () => (await fetch(`http://127.0.0.1:${platform.port}/healthz`).catch(() => null))?.status;
      await expect.poll(answers).toBe(200);
      const before = platform.pids();
      process.kill(before.edge, 'SIGKILL');
      process.kill(before.control, 'SIGKILL');
      await expect.poll(answers, { timeout: 20_000 }).toBe(200);
      const after = platform.pids();
      expect(after.edge).not.toBe(before.edge);
      expect(after.control).not.toBe(before.control);
    } finally {
      await platform.remove();
    }
  });

  it('goes on when nobody reads what it says any more', async () => {
    const platform = await Platform.prepare();
    try {
      await platform.start();
      platform.stopReading();
      const before = platform.pids();
      // It says that it starts control again.
      process.kill(before.control, 'SIGKILL');
      const answers = async () => (await fetch(`http://127.0.0.1:${platform.port}/healthz`)).status;
      await expect.poll(() => platform.pids().control, { timeout: 20_000 }).not.toBe(before.control);
      await expect.poll(answers, { timeout: 20_000 }).toBe(200);
      expect(await platform.stop()).toBe(0);
    } finally {
      await platform.remove();
    }
  });

  it('needs no browser: user and token from the command line', async () => {
    const platform = await Platform.prepare();
    try {
      const user = await runCommand('./emberlab', ['user', 'add', 'ada@example.org', '--admin', '--password-stdin'], {
        env: platform.env,
        input: 'correct horse battery\n',
      });
      expect(user).toMatchObject({ code: 0, stdout: 'ada@example.org can log in now, as an administrator.\n' });
      const token = await runCommand('./emberlab', ['token', 'create', '--user', 'ada@example.org', '--name', 'test'], {
        env: platform.env,
      });
      expect(token.stdout).toMatch(/^ember_token_[\w-]+\n$/);
      await platform.start();
      expect(platform.output).not.toContain('/setup#');
      const projects = async () => {
        const answer = await fetch(`http://127.0.0.1:${platform.port}/api/v1/projects`, {
          headers: { authorization: `Bearer ${token.stdout.trim()}` },
        });
        return answer.json() as Promise<unknown>;
      };
      await expect.poll(projects, { timeout: 20_000 }).toMatchObject({ items: [{ name: 'demo', role: 'owner' }] });
    } finally {
      await platform.remove();
    }
  });
});

/** A port of loopback that another program listens on, for as long as this is in scope. */
async function takenPort(): Promise<Disposable & { port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.dispose]: () => void server.close() };
}
