import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delay, type Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { isAlive, signalGroup, spawnDetached } from '../../lib/process.ts';
import { archiveKey, filesInConf, NoArchive } from './archive-key.ts';
import { formatProperties, localProperties } from './properties.ts';
import { agentFolder, submitEnvironment, type SubmitOptions } from './submit.ts';

/** An archive has 150 to 300 MB, and the run that makes it needs room as well. */
const neededBytes = 600 * 1024 ** 2;
/** Less than this is not an archive of Spark's classes. */
const leastBytes = 1024 ** 2;
const limitMs = 15 * 60_000;
const pollMs = 100;

/** What a driver gets so that it starts from the archive; nothing while there is none. */
export type WarmStart = {
  readonly jvmOptions: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

const cold: WarmStart = { jvmOptions: [], environment: {} };

export type ClassArchive = ReturnType<typeof createClassArchive>;

/**
 * The JVM's archive of the classes that a Spark driver loads (AppCDS): a driver that maps it comes up in about half the time. There is one for each JDK and
 * Spark; it is made in the background, at low priority, by a driver that lives for a moment. Nothing depends on it: where it is missing, or does
 * not fit, drivers start as they would without.
 */
export function createClassArchive(
  options: SubmitOptions & {
    readonly clock: Clock;
    readonly log: Log;
    /** where archives lie */
    readonly folder: string;
    /** a Python of the machine */
    readonly python: string;
    /** free bytes where a folder lies */
    readonly freeBytes?: (folder: string) => Promise<number>;
  },
) {
  const { clock, log, folder, sparkHome } = options;
  const freeBytes = options.freeBytes ?? freeBytesOf;
  /** the archive that fits the JDK and the Spark of this process's start */
  let current: string | null = null;
  let looked: Promise<{ key: string } | { reason: string }> | null = null;

  const fileOf = (key: string) => join(folder, `${key}.jsa`);
  const isThere = async (file: string): Promise<boolean> =>
    ((await stat(file).catch(() => null))?.size ?? 0) >= leastBytes;

  /** A class path with a folder that holds something can't be archived: where `conf` has templates alone, an absent folder takes its place. */
  const environment = { SPARK_CONF_DIR: join(folder, 'no-conf') };

  /** Looks once for the archive that fits. */
  const find = () =>
    (looked ??= (async () => {
      try {
        const key = await archiveKey(options);
        if (await isThere(fileOf(key))) current = fileOf(key);
        return { key };
      } catch (error) {
        if (error instanceof NoArchive) return { reason: error.message };
        throw error;
      }
    })());

  /** Runs the training; answers when its archive is at `file`. */
  async function train(file: string, scratch: string, logFile: string, signal: AbortSignal): Promise<void> {
    const propertiesFile = join(scratch, 'spark.properties');
    const eventLogs = join(scratch, 'events');
    await mkdir(eventLogs, { mode: 0o700 });
    const properties = localProperties(
      { appName: 'Emberlab class archive', projectFolder: scratch, properties: { 'spark.driver.memory': '1g' } },
      {
        master: 'local[1]',
        scratch,
        // Its classes belong into the archive too.
        eventLogs,
        // It lives for a moment, and most of what it would compile well it would never run again.
        jvmOptions: ['-XX:TieredStopAtLevel=1', `-XX:ArchiveClassesAtExit=${file}`],
      },
    );
    await writeFile(propertiesFile, formatProperties(properties), { mode: 0o600 });
    await rm(logFile, { force: true });
    const places = { python: options.python, home: scratch, scratch };
    const { identity, exited } = await spawnDetached({
      file: 'nice',
      args: [
        '-n',
        '19',
        join(sparkHome, 'bin/spark-submit'),
        '--properties-file',
        propertiesFile,
        join(agentFolder, 'training.py'),
        scratch,
      ],
      cwd: scratch,
      env: { ...submitEnvironment(options, places), ...environment },
      stdoutFile: logFile,
      stderrFile: logFile,
    });
    const tooLong = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const end = () => void signalGroup(identity, 'SIGKILL');
    tooLong.addEventListener('abort', end, { once: true });
    if (tooLong.aborted) end();
    try {
      const { code, signal: killedBy } = await exited;
      signal.throwIfAborted();
      if (tooLong.aborted) throw new NoArchive(`its training took longer than ${limitMs / 60_000} minutes`);
      if (code !== 0)
        throw new NoArchive(`its training ended with ${killedBy ?? `exit code ${code}`}; ${logFile} says more`);
      if (!(await isThere(file))) throw new NoArchive(`the JVM has written none; ${logFile} says why`);
    } finally {
      tooLong.removeEventListener('abort', end);
      while (isAlive(identity)) await delay(clock, pollMs);
    }
  }

  async function make(key: string, signal: AbortSignal): Promise<void> {
    if (folder.includes(':')) throw new NoArchive(`the JVM takes no path with a colon (${folder})`);
    const inConf = await filesInConf(sparkHome);
    if (inConf.length > 0)
      throw new NoArchive(
        `the JVM takes no class path with files in ${join(sparkHome, 'conf')} (${inConf.slice(0, 3).join(', ')})`,
      );
    await mkdir(folder, { recursive: true });
    // All drivers read it, whoever they run as.
    await chmod(folder, 0o755);
    const free = await freeBytes(folder);
    if (free < neededBytes)
      throw new NoArchive(
        `only ${Math.floor(free / 1024 ** 2)} MB are free in ${folder}, and it takes ${neededBytes / 1024 ** 2} MB`,
      );
    const scratch = await mkdtemp(join(folder, 'part-'));
    try {
      const fresh = join(scratch, 'archive.jsa');
      await train(fresh, scratch, join(folder, `${key}.log`), signal);
      await chmod(fresh, 0o644);
      await rename(fresh, fileOf(key));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** Removes archives of other JDKs and Sparks, and what a broken run has left. Drivers that have mapped one keep it. */
  async function removeOthers(key: string | null): Promise<void> {
    for (const name of await readdir(folder).catch(() => [])) {
      if (name !== `${key}.jsa` && name !== `${key}.log`)
        await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  return {
    /** Looks for the archive of an earlier run; answers whether there is one. Quick. */
    async find(): Promise<boolean> {
      await find();
      return current !== null;
    },

    /** Makes the archive if it is missing. Never throws: without one everything works, and the log says why there is none. */
    async prepare(signal: AbortSignal): Promise<void> {
      try {
        const found = await find();
        if ('reason' in found) throw new NoArchive(found.reason);
        await removeOthers(found.key);
        if (current !== null) return;
        const begun = clock.now();
        log.info(
          { folder },
          'a class archive is being made in the background: with it, Spark starts in about half the time',
        );
        await make(found.key, signal);
        current = fileOf(found.key);
        const { size } = await stat(current);
        const seconds = Math.round((clock.now() - begun) / 1000);
        log.info({ file: current, megabytes: Math.round(size / 1024 ** 2), seconds }, 'the class archive is ready');
      } catch (error) {
        if (signal.aborted) return;
        const reason = error instanceof NoArchive ? error.message : `it could not be made: ${String(error)}`;
        log.warn({ reason }, 'there is no class archive: Spark starts without it, more slowly');
      }
    },

    /** What a driver that starts now gets. */
    async forDriver(): Promise<WarmStart> {
      if (current === null || !(await isThere(current)) || (await filesInConf(sparkHome)).length > 0) return cold;
      // Silent where it does not fit after all: the JVM then starts without it.
      return {
        jvmOptions: ['-Xshare:auto', `-XX:SharedArchiveFile=${current}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
        environment,
      };
    },
  };
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
