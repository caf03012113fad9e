import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from '../figures.ts';
import { rounds, timed } from '../tools.ts';
import type { Livy } from './livy.ts';

const said = 'bare session is up';

/** Seconds of a bare `spark-submit` with the same Spark, Python and memory, until its session exists: what no gateway can be faster than without tricks. */
export async function bareStart(sparkHome: string, python: string, master: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-bare-'));
  try {
    const program = join(folder, 'bare.py');
    writeFileSync(
      program,
      `from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().sparkContext\nprint(${JSON.stringify(said)}, flush=True)\n`,
    );
    const start = performance.now();
    const child = spawn(
      join(sparkHome, 'bin/spark-submit'),
      ['--master', master, '--driver-memory', '1g', '--executor-memory', '512m', '--conf', 'spark.ui.port=0', program],
      {
        env: { ...process.env, SPARK_HOME: sparkHome, PYSPARK_PYTHON: python, PYSPARK_DRIVER_PYTHON: python },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const ended = once(child, 'exit');
    let output = '';
    let seconds = Number.NaN;
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output.includes(said) && Number.isNaN(seconds)) seconds = (performance.now() - start) / 1000;
    }
    await ended;
    return seconds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export type Start = {
  readonly what: string;
  readonly goal?: string;
  /** brings the platform into the state that is measured; answers who asks for which session then */
  readonly prepare: () => Promise<{ livy: Livy; body: Record<string, unknown> }>;
  /** once the session has ended */
  readonly tidy?: () => Promise<void>;
};

/**
 * From POST to idle, of each kind of start, in turns with a bare `spark-submit`. `starts` says how the platform gets ready for each.
 */
export async function measureStarts(options: {
  sparkHome: string;
  python: string;
  starts: readonly Start[];
}): Promise<Figure[]> {
  const bare: number[] = [];
  const values = new Map(options.starts.map((start) => [start, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await bareStart(options.sparkHome, options.python, 'local[1]'));
    for (const start of options.starts) {
      const { livy, body } = await start.prepare();
      let session = 0;
      const seconds = await timed('s', async () => {
        session = await livy.start(body);
      });
      values.get(start)?.push(seconds);
      await livy.end(session);
      await start.tidy?.();
    }
  }
  return [
    { what: 'bare spark-submit, until its session exists', unit: 's', values: bare },
    ...options.starts.map(({ what, goal }, index) => ({
      what,
      unit: 's' as const,
      values: [...values.values()][index] ?? [],
      ...(goal === undefined ? {} : { goal }),
    })),
  ];
}
