import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the JVMs of a cluster in tests may take for themselves. */
const heap = '256m';

export type StandaloneCluster = AsyncDisposable & {
  /** `spark://127.0.0.1:PORT` */
  readonly master: string;
  readonly page: string;
  /** Starts a worker with one core and so much memory for executors. Resolves when it takes part. */
  addWorker(memoryMb?: number): Promise<{ end(): Promise<void> }>;
  endMaster(): Promise<void>;
  /** How many executors its workers have. */
  executors(): number;
};

/** A real master of Spark's standalone kind on this machine, reachable from it alone. */
export async function startStandaloneCluster(sparkHome: string): Promise<StandaloneCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'ember-cluster-'));
  const running: ChildProcess[] = [];
  /** Starts a part of Spark; resolves with what its log says where `wanted` fits, in their order. */
  const start = async (args: readonly string[], wanted: readonly RegExp[]) => {
    const child = spawn(join(sparkHome, 'bin/spark-class'), args, {
      // Its executors are in its group, and end with it.
      detached: true,
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        ...(process.env['JAVA_HOME'] === undefined ? {} : { JAVA_HOME: process.env['JAVA_HOME'] }),
        SPARK_HOME: sparkHome,
        SPARK_LOCAL_IP: '127.0.0.1',
        SPARK_DAEMON_MEMORY: heap,
        SPARK_WORKER_DIR: join(folder, 'work'),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.push(child);
    const found: string[] = [];
    const lines: string[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const reader = createInterface({ input: child.stderr });
    reader.on('line', (line) => {
      lines.push(line);
      const next = wanted[found.length];
      const [, text] = next?.exec(line) ?? [];
      if (text === undefined) return;
      found.push(text);
      if (found.length === wanted.length) resolve(found);
    });
    reader.once('close', () => reject(new Error(`a part of the cluster ended: ${lines.slice(-20).join('\n')}`)));
    return { child, found: await promise };
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'exit');
  };

  const { child, found } = await start(
    ['org.apache.spark.deploy.master.Master', '--host', '127.0.0.1', '--port', '0', '--webui-port', '0'],
    [/Starting Spark master at (spark:\/\/\S+)/, /'MasterUI' on port (\d+)/],
  );
  const [master = '', port = ''] = found;
  return {
    master,
    page: `http://127.0.0.1:${port}`,
    async addWorker(memoryMb = 1024) {
      const args = ['--host', '127.0.0.1', '--cores', '1', '--memory', `${memoryMb}m`, '--webui-port', '0', master];
      const worker = await start(['org.apache.spark.deploy.worker.Worker', ...args], [/(Successfully registered)/]);
      return { end: () => end(worker.child) };
    },
    endMaster: () => end(child),
    executors: () => executorsBelow(folder),
    async [Symbol.asyncDispose]() {
      for (const each of running) await end(each);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Executors work in a folder of their worker's. */
function executorsBelow(folder: string): number {
  const isOne = (pid: string): boolean => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes('CoarseGrainedExecutorBackend') && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      // It ended meanwhile.
      return false;
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOne(name)).length;
}
