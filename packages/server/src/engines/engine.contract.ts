import { stat, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { DriverHandle, DriverSpec, Engine } from './engine.ts';

/**
 * What a driver does in these tests, told by the property `spark.test.behaviour`. `obey`: prints `out` and `err`, then waits and ends on SIGTERM ·
 * `stubborn`: ignores SIGTERM, as a child of it does · `stray`: starts a child in a process group of its own, then obeys · `exit`: ends with code 3.
 */
export type Behaviour = 'obey' | 'stubborn' | 'stray' | 'exit';

export type EngineUnderTest = AsyncDisposable & {
  readonly engine: Engine;
  /** A driver that can be launched. Each call gives another session. */
  spec(behaviour: Behaviour): DriverSpec;
  /** Resolves when the driver has done what it does before it waits. */
  settled(spec: DriverSpec): Promise<void>;
  /** Everything that the driver's processes show to others: arguments and environment. */
  visible(spec: DriverSpec): Promise<string>;
  /** A handle of the same form that is none of this driver's. */
  strangerTo(handle: DriverHandle): DriverHandle;
  /** How many processes of the driver live. */
  processes(spec: DriverSpec): Promise<number>;
  /** Where what a program writes to stderr is found; absent: there. */
  readonly stderrOfPrograms?: 'stdout';
  /** How long the machines of a cluster may take to end what it says is over, ms; absent: not at all. */
  readonly lingersMs?: number;
  /** Whether what a driver has put into a process group of its own ends with it; absent: it does. */
  readonly endsStrays?: boolean;
  /** The same engine after a restart of the control plane. */
  restarted(): Engine;
  /** The same engine where there is no Spark; absent: whether there is one is seen in the driver's own place. */
  withoutSpark?(): Engine;
};

/** Nothing is left of a driver that was ended. */
async function gone({ processes, lingersMs = 0 }: EngineUnderTest, spec: DriverSpec): Promise<void> {
  const deadline = Date.now() + lingersMs;
  while (Date.now() < deadline && (await processes(spec)) > 0) await new Promise(setImmediate);
  expect(await processes(spec)).toBe(0);
}

/** What every engine does. An adapter's test calls this with a way to make one. */
export function engineContract(
  name: string,
  make: () => Promise<EngineUnderTest>,
  options: { readonly timeout?: number } = {},
): void {
  test(`${name}: a driver runs, writes its logs, and is ended`, options, async () => {
    await using it = await make();
    const spec = it.spec('obey');
    const { handle, exited } = await it.engine.launch(spec);
    await it.settled(spec);
    expect(await it.engine.isAlive(handle)).toBe(true);
    await it.engine.kill(handle);
    expect(await it.engine.isAlive(handle)).toBe(false);
    await gone(it, spec);
    await exited;
    await it.engine.clean(spec.sessionId);
    const { stdout, stderr } = it.engine.logs(spec.sessionId);
    expect(await readFile(stdout, 'utf8')).toMatch(/^out$/m);
    expect(await readFile(it.stderrOfPrograms === 'stdout' ? stdout : stderr, 'utf8')).toMatch(/^err$/m);
    expect((await stat(stdout)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(stdout))).mode & 0o777).toBe(0o700);
    // ending a dead one is fine
    await it.engine.kill(handle);
  });

  test(`${name}: the exit code of a driver is told`, options, async () => {
    await using it = await make();
    const { handle, exited } = await it.engine.launch(it.spec('exit'));
    expect(await exited).toEqual({ code: 3, signal: null });
    expect(await it.engine.isAlive(handle)).toBe(false);
  });

  test.for<Behaviour>(['stubborn', 'stray'])(
    `${name}: nothing is left of a driver that is %s`,
    options,
    async (behaviour, { skip }) => {
      await using it = await make();
      const spec = it.spec(behaviour);
      skip(behaviour === 'stray' && it.endsStrays === false, 'that is the cluster’s to do');
      const { handle } = await it.engine.launch(spec);
      await it.settled(spec);
      expect(await it.processes(spec)).toBeGreaterThan(1);
      await it.engine.kill(handle);
      await gone(it, spec);
    },
  );

  test(
    `${name}: after a restart a driver is found by its session, and told from others by its handle`,
    options,
    async () => {
      await using it = await make();
      const spec = it.spec('obey');
      const { handle } = await it.engine.launch(spec);
      await it.settled(spec);
      const engine = it.restarted();
      expect(await engine.find(spec.sessionId)).toEqual(handle);
      expect(await engine.find(it.spec('obey').sessionId)).toBeNull();
      expect(await engine.isAlive(it.strangerTo(handle))).toBe(false);
      await engine.kill(it.strangerTo(handle));
      expect(await engine.isAlive(handle)).toBe(true);
      await engine.kill(handle);
      expect(await engine.find(spec.sessionId)).toBeNull();
    },
  );

  test(`${name}: the secret is nowhere that others can look`, options, async () => {
    await using it = await make();
    const spec = it.spec('obey');
    const { handle } = await it.engine.launch(spec);
    await it.settled(spec);
    expect(await it.visible(spec)).not.toContain(spec.secret);
    await it.engine.kill(handle);
  });

  test(`${name}: cleaning keeps the logs, forgetting does not`, options, async () => {
    await using it = await make();
    const spec = it.spec('exit');
    const { exited } = await it.engine.launch(spec);
    await exited;
    await it.engine.clean(spec.sessionId);
    const { stdout } = it.engine.logs(spec.sessionId);
    expect((await stat(stdout)).isFile()).toBe(true);
    await it.engine.forget(spec.sessionId);
    await expect(stat(dirname(stdout))).rejects.toThrow('ENOENT');
  });

  test(`${name}: without Spark a sentence says so`, options, async ({ skip }) => {
    await using it = await make();
    skip(it.withoutSpark === undefined, 'the driver itself says so');
    await expect(it.withoutSpark?.().launch(it.spec('obey'))).rejects.toThrow(/no Spark in .*administrator/);
  });
}
