import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { BatchSpec, Engine } from './engine.ts';

/**
 * What a batch's program does in these tests, told by the property `spark.test.behaviour`. `obey`: prints `out` and `err`, then waits and ends on
 * SIGTERM · `stubborn`: ignores SIGTERM, as a child of it does · `stray`: starts a child in a process group of its own, then obeys · `exit`: ends with
 * code 3 · `crash`: ends itself by SIGKILL.
 */
export type BatchBehaviour = 'obey' | 'stubborn' | 'stray' | 'exit' | 'crash';

export type BatchesUnderTest = AsyncDisposable & {
  readonly engine: Engine;
  /** A batch that can be launched. Each call gives another one. */
  spec(behaviour: BatchBehaviour): BatchSpec;
  /** Resolves when its program has done what it does before it waits. */
  settled(spec: BatchSpec): Promise<void>;
  /** What its program was started with, one by one, its file first. */
  command(spec: BatchSpec): Promise<string[]>;
  /** Everything that its processes show to others: arguments and environment. */
  visible(spec: BatchSpec): Promise<string>;
  /** How many processes of it live. */
  processes(spec: BatchSpec): Promise<number>;
  /** Where what a program writes to stderr is found; absent: there. */
  readonly stderrOfPrograms?: 'stdout';
  /** How long the machines of a cluster may take to end what it says is over, ms; absent: not at all. */
  readonly lingersMs?: number;
  /** Whether what a program has put into a process group of its own ends with it; absent: it does. */
  readonly endsStrays?: boolean;
  /** The same engine after a restart of the control plane. */
  restarted(): Engine;
  /** The same engine where there is no Spark; absent: its programs say that. */
  withoutSpark?(): Engine;
};

/** Nothing is left of a batch that was ended. */
async function gone({ processes, lingersMs = 0 }: BatchesUnderTest, spec: BatchSpec): Promise<void> {
  const deadline = Date.now() + lingersMs;
  while (Date.now() < deadline && (await processes(spec)) > 0) await new Promise(setImmediate);
  expect(await processes(spec)).toBe(0);
}

/** What every engine does with batches. An adapter's test calls this with a way to make one. */
export function batchesContract(
  name: string,
  make: () => Promise<BatchesUnderTest>,
  options: { readonly timeout?: number } = {},
): void {
  test(`${name}: a batch runs, writes its logs, and is ended`, options, async () => {
    await using it = await make();
    const spec = it.spec('obey');
    const { handle, exited } = await it.engine.batches.launch(spec);
    await it.settled(spec);
    expect(await it.engine.isAlive(handle)).toBe(true);
    expect(await it.engine.batches.exitOf(spec.batchId)).toBeNull();
    await it.engine.kill(handle);
    expect(await it.engine.isAlive(handle)).toBe(false);
    await gone(it, spec);
    await exited;
    await it.engine.batches.clean(spec.batchId);
    const { stdout, stderr } = it.engine.batches.logs(spec.batchId);
    expect(await readFile(stdout, 'utf8')).toMatch(/^out$/m);
    expect(await readFile(it.stderrOfPrograms === 'stdout' ? stdout : stderr, 'utf8')).toMatch(/^err$/m);
    expect((await stat(stdout)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(stdout))).mode & 0o777).toBe(0o700);
  });

  test(`${name}: arguments reach the program as they are`, options, async () => {
    await using it = await make();
    const args = [
      '',
      'a b',
      '$(id)',
      "it's",
      '"',
      '--conf',
      'spark.master=x',
      'new\nline',
      'č🙂',
      ';',
      '*',
      '`id`',
      'a\\\\b\\',
      '{{HOME}}',
      '<LOG_DIR>',
    ];
    const spec = { ...it.spec('obey'), args };
    const { handle } = await it.engine.batches.launch(spec);
    await it.settled(spec);
    expect(await it.command(spec)).toEqual([spec.file, ...args]);
    await it.engine.kill(handle);
  });

  test.each<[BatchBehaviour, number]>([
    ['exit', 3],
    ['crash', 137],
  ])(`${name}: how a batch ended (%s) is known to one who was not there`, options, async (behaviour, code) => {
    await using it = await make();
    const spec = it.spec(behaviour);
    const { handle, exited } = await it.engine.batches.launch(spec);
    await exited;
    const engine = it.restarted();
    expect(await engine.isAlive(handle)).toBe(false);
    expect(await engine.batches.exitOf(spec.batchId)).toEqual({ code, signal: null });
    // it was launched, and must not be again
    expect(await engine.batches.find(spec.batchId)).toEqual(handle);
    await engine.batches.clean(spec.batchId);
    expect(await engine.batches.find(spec.batchId)).toEqual(handle);
    expect(await engine.batches.exitOf(spec.batchId)).toEqual({ code, signal: null });
  });

  test(`${name}: after a restart a batch that runs is found by its id`, options, async () => {
    await using it = await make();
    const spec = it.spec('obey');
    const { handle } = await it.engine.batches.launch(spec);
    await it.settled(spec);
    const engine = it.restarted();
    expect(await engine.batches.find(spec.batchId)).toEqual(handle);
    expect(await engine.isAlive(handle)).toBe(true);
    expect(await engine.batches.find(it.spec('obey').batchId)).toBeNull();
    await engine.kill(handle);
    await gone(it, spec);
  });

  test.for<BatchBehaviour>(['stubborn', 'stray'])(
    `${name}: nothing is left of a batch that is %s`,
    options,
    async (behaviour, { skip }) => {
      await using it = await make();
      const spec = it.spec(behaviour);
      skip(behaviour === 'stray' && it.endsStrays === false, 'that is the cluster’s to do');
      const { handle } = await it.engine.batches.launch(spec);
      await it.settled(spec);
      expect(await it.processes(spec)).toBeGreaterThan(1);
      await it.engine.kill(handle);
      await gone(it, spec);
    },
  );

  test(`${name}: properties are nowhere that others can look`, options, async () => {
    await using it = await make();
    const given = it.spec('obey');
    const spec = { ...given, properties: { ...given.properties, 'spark.hadoop.fs.s3a.secret.key': 'very-secret' } };
    const { handle } = await it.engine.batches.launch(spec);
    await it.settled(spec);
    expect(await it.visible(spec)).not.toContain('very-secret');
    await it.engine.kill(handle);
  });

  test(`${name}: cleaning keeps a batch's logs, forgetting does not`, options, async () => {
    await using it = await make();
    const spec = it.spec('exit');
    const { exited } = await it.engine.batches.launch(spec);
    await exited;
    await it.engine.batches.clean(spec.batchId);
    const { stdout } = it.engine.batches.logs(spec.batchId);
    expect((await stat(stdout)).isFile()).toBe(true);
    await it.engine.batches.forget(spec.batchId);
    await expect(stat(dirname(stdout))).rejects.toThrow('ENOENT');
  });

  test(`${name}: without Spark a sentence says so, and nothing is left`, options, async ({ skip }) => {
    await using it = await make();
    const spec = it.spec('obey');
    skip(it.withoutSpark === undefined, 'its programs say that');
    const none = it.withoutSpark?.();
    await expect(none?.batches.launch(spec)).rejects.toThrow(/no Spark in .*administrator/);
    expect(await none?.batches.find(spec.batchId)).toBeNull();
  });
}
