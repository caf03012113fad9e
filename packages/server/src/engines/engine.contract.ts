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
  /** The same engine after a restart of the control plane. */
  restarted(): Engine;
  /** The same engine where there is no Spark. */
  withoutSpark(): Engine;
};

/** What every engine does. An adapter's test calls this with a way to make one. */
export function engineContract(name: string, make: () => Promise<EngineUnderTest>): void {
  test(`${name}: a driver runs, writes its logs, and is ended`, async () => {
    await using it = await make();
    const spec = it.spec('obey');
    const { handle, exited } = await it.engine.launch(spec);
    await it.settled(spec);
    expect(await it.engine.isAlive(handle)).toBe(true);
    const { stdout, stderr } = it.engine.logs(spec.sessionId);
    expect(await readFile(stdout, 'utf8')).toMatch(/^out$/m);
    expect(await readFile(stderr, 'utf8')).toMatch(/^err$/m);
    expect((await stat(stdout)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(stdout))).mode & 0o777).toBe(0o700);
    await it.engine.kill(handle);
    expect(await it.engine.isAlive(handle)).toBe(false);
    expect(await it.processes(spec)).toBe(0);
    await exited;
    // ending a dead one is fine
    await it.engine.kill(handle);
  });

  test(`${name}: the exit code of a driver is told`, async () => {
    await using it = await make();
    const { handle, exited } = await it.engine.launch(it.spec('exit'));
    expect(await exited).toEqual({ code: 3, signal: null });
    expect(await it.engine.isAlive(handle)).toBe(false);
  });

  test.each<Behaviour>(['stubborn', 'stray'])(`${name}: nothing is left of a driver that is %s`, async (behaviour) => {
    await using it = await make();
    const spec = it.spec(behaviour);
    const { handle } = await it.engine.launch(spec);
    await it.settled(spec);
    expect(await it.processes(spec)).toBeGreaterThan(1);
    await it.engine.kill(handle);
    expect(await it.processes(spec)).toBe(0);
  });

  test(`${name}: after a restart a driver is found by its session, and told from others by its handle`, async () => {
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
  });

  test(`${name}: the secret is nowhere that others can look`, async () => {
    await using it = await make();
    const spec = it.spec('obey');
    const { handle } = await it.engine.launch(spec);
    await it.settled(spec);
    expect(await it.visible(spec)).not.toContain(spec.secret);
    await it.engine.kill(handle);
  });

  test(`${name}: cleaning keeps the logs, forgetting does not`, async () => {
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

  test(`${name}: without Spark a sentence says so`, async () => {
    await using it = await make();
    await expect(it.withoutSpark().launch(it.spec('obey'))).rejects.toThrow(/no Spark in .*administrator/);
  });
}
