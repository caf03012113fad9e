import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesOf } from './leftovers.ts';
import { Platform, runCommand } from './platform.ts';

const clients = join(import.meta.dirname, 'clients');

// What a client prints has no type until a test looks at it.
// oxlint-disable-next-line typescript/no-explicit-any
type Seen = any;

/** Unmodified clients of Livy, each with the packages that it comes with, against a platform that really runs. */
describe('clients of Livy', () => {
  let platform: Platform;
  let token: string;
  let project: string;
  let home: string;

  beforeAll(async () => {
    platform = await Platform.prepare();
    home = await mkdtemp(join(tmpdir(), 'ember-clients-'));
    await runCommand('./emberlab', ['user', 'add', 'ada@example.org', '--admin', '--password-stdin'], {
      env: platform.env,
      input: 'correct horse battery\n',
    });
    const made = await runCommand('./emberlab', ['token', 'create', '--user', 'ada@example.org', '--name', 'clients'], {
      env: platform.env,
    });
    token = made.stdout.trim();
    await platform.start();
    project = join(platform.data, 'projects/demo');
  });
  afterAll(async () => {
    await platform?.remove();
    await rm(home, { recursive: true, force: true });
  });

  /** Runs a client's program to its end; answers the JSON on its last line. */
  const run = async (name: string, args: readonly string[], env: Record<string, string>): Promise<Seen> => {
    const environments = process.env['EMBERLAB_TEST_CLIENTS'];
    if (environments === undefined)
      throw new Error('EMBERLAB_TEST_CLIENTS is not set: please run the tests with ./test');
    const child = spawn(join(environments, name, 'bin/python'), [join(clients, `use_${name}.py`), ...args], {
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home, NO_PROXY: '*', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`${name} ended with ${code}:\n${stdout}\n${stderr}\n${platform.log('control')}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  };

  it('find a project whose environment is ready', async () => {
    const environment = async () => {
      const answer = await fetch(`http://127.0.0.1:${platform.port}/api/v1/projects/demo/environment`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return (await answer.json()) as unknown;
    };
    await expect.poll(environment, { timeout: 240_000, interval: 500 }).toMatchObject({ current: { state: 'ready' } });
    await writeFile(
      join(project, 'count.py'),
      `import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print('counted', spark.range(int(sys.argv[1])).count(), sys.argv[2:])
`,
    );
    await writeFile(
      join(project, 'wait.py'),
      'from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate()\nimport threading; threading.Event().wait()\n',
    );
  });

  it('Airflow’s LivyHook submits batches, polls them to their end, reads their logs, and deletes them', async () => {
    const seen = await run('airflow', [project, '/livy/demo'], {
      AIRFLOW_HOME: join(home, 'airflow'),
      AIRFLOW_CONN_LIVY_DEFAULT: `livy://me:${token}@localhost:${platform.port}`,
    });
    expect(seen.good).toMatchObject({
      last: 'success',
      only: true,
      state: 'success',
      application: expect.stringMatching(/^local-\d+$/),
      log: expect.stringContaining("counted 7 ['a b']"),
    });
    expect(seen.bad).toMatchObject({ last: 'dead', only: true, state: 'dead' });
    expect(seen.bad.log).toContain("invalid literal for int() with base 10: 'no number'");
    expect(seen.bad.log).toMatch(/emberlab: The Spark driver ended with exit code 1\..*$/);
    expect(seen.deleted).toEqual([{ msg: 'deleted' }, { msg: 'deleted' }]);
    expect(seen.gone).toBe(true);
    expect(seen.refusal).toContain('There is no file');
    expect(processesOf(platform.data).filter((command) => command.includes('/batches/'))).toEqual([]);
  });

  it('pylivy runs sessions, uploads and downloads frames, reads SQL, and runs batches', async () => {
    const seen = await run('pylivy', [`http://localhost:${platform.port}/livy/demo`, project], {
      EMBERLAB_TEST_TOKEN: token,
    });
    expect(seen).toMatchObject({
      legacy: false,
      text: '42',
      people: [
        { name: 'Ada', age: 36 },
        { name: 'Žofie', age: 41 },
      ],
      error: ['ZeroDivisionError', 'division by zero'],
      listed: true,
      closed: true,
      sql: [
        ['id', 'twice', 'no'],
        [
          [0, 0, null],
          [1, 2, null],
          [2, 4, null],
        ],
      ],
      batch: 'success',
      'batch log': expect.stringContaining("counted 5 ['from pylivy']"),
      killed: true,
    });
  });
});
