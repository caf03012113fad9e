import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oneUser } from '../../identities/one-user.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { behindLeader, exitCodeIn, leaderIn } from '../../lib/leader.ts';
import { boundLog } from '../../lib/log-file.ts';
import { spawnDetached, type Detached, type ProcessIdentity } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { EngineError, type BatchEngine, type BatchSpec, type DriverSpec, type LaunchedDriver } from '../engine.ts';
import { boundExecutorLogs, executorLogFiles } from '../executor-files.ts';
import { applicationAt, uiPortAt } from './application.ts';
import type { WarmStart } from './class-archive.ts';
import { createEventLogs } from './event-log.ts';
import { formatProperties, isLocal, localProperties, umaskOf, type Cluster } from './properties.ts';
import { workerScript } from './spark-r.ts';
import { submitEnvironment, type SubmitOptions } from './submit.ts';
import { guardUi, uiHeadersIn } from './ui-token.ts';

export type LocalBatchesOptions = SubmitOptions & {
  readonly sparkMaster: string;
  /** as for other drivers */
  readonly cluster?: Cluster;
  /** as for other drivers */
  readonly mustBeAble?: (properties: DriverSpec['properties']) => Promise<void>;
  /** the folder of all batches; each gets one of its own in it, named by its id */
  readonly folder: string;
  /** as for other drivers */
  readonly eventLogBytes?: number;
  /** as for other drivers */
  readonly logBytes?: number;
  /** as for other drivers */
  readonly sparkrLibrary?: string | null;
  /** as for other drivers */
  readonly warmStart?: () => Promise<WarmStart>;
};

/** Its batches are processes, always. */
export type LocalBatches = Omit<BatchEngine, 'launch' | 'find'> & {
  launch(spec: BatchSpec): Promise<LaunchedDriver<ProcessIdentity>>;
  find(batchId: number): Promise<ProcessIdentity | null>;
};

/** Runs each batch as a detached process group on this machine: a plain `spark-submit` of the file, in client mode. */
export function createLocalBatches(options: LocalBatchesOptions): Omit<LocalBatches, 'history'> {
  const { eventLogBytes = 0, logBytes = Infinity, identities = oneUser() } = options;
  const sparkSubmit = join(options.sparkHome, 'bin/spark-submit');

  const filesOf = (batchId: number) => {
    const folder = join(options.folder, String(batchId));
    return {
      folder,
      stdout: join(folder, 'stdout.log'),
      stderr: join(folder, 'stderr.log'),
      scratch: join(folder, 'scratch'),
      properties: join(folder, 'spark.properties'),
      uiToken: join(folder, 'ui-token'),
      eventLogs: join(folder, 'events'),
    };
  };

  const clean = async (batchId: number) => {
    const files = filesOf(batchId);
    await removeTree(files.scratch);
    for (const path of [files.properties, files.uiToken]) await rm(path, { force: true });
  };

  /** Properties with which R workers find SparkR; what it takes lies in a folder of the batch's own. */
  const prepareR = async (spec: BatchSpec, folder: string): Promise<Record<string, string>> => {
    const { sparkrLibrary: library, sparkMaster, sparkHome } = options;
    if (!/\.r$/i.test(spec.file) || typeof library !== 'string' || !isLocal(sparkMaster)) return {};
    const command = spec.properties['spark.r.command'] ?? spec.properties['spark.sparkr.r.command'] ?? 'Rscript';
    const script = await workerScript({ sparkHome, library, command });
    if (script === null) return {};
    const path = join(folder, 'r-worker');
    await writeFile(path, script, { mode: 0o700 });
    // The driver's R would be started by the same otherwise.
    const driver = spec.properties['spark.r.driver.command'] ?? command;
    return { 'spark.r.command': path, 'spark.r.driver.command': driver };
  };

  const uiOf = async (batchId: number) => {
    const files = filesOf(batchId);
    const port = await uiPortAt(files.stderr);
    return port === null ? null : { port, headers: await uiHeadersIn(files.uiToken) };
  };

  return {
    async launch(spec) {
      const files = filesOf(spec.batchId);
      await access(sparkSubmit, constants.X_OK).catch((cause: unknown) => {
        throw new EngineError(`There is no Spark in ${options.sparkHome}. Please ask an administrator to install it.`, {
          cause,
        });
      });
      await options.mustBeAble?.(spec.properties);
      await clean(spec.batchId);
      const identity = await identities.of(spec.owner, spec.projectFolder);
      await identity.lendFolder(files.folder);
      await makePrivateFolder(files.scratch);
      const r = await prepareR(spec, files.scratch);
      await identity.giveFolder(files.scratch);
      if (eventLogBytes > 0) await identity.giveFolder(files.eventLogs);
      const { jvmOptions = [], environment = {} } = (await options.warmStart?.()) ?? {};
      const { scratch } = files;
      const properties = localProperties(
        { ...spec, properties: { ...spec.properties, ...r } },
        {
          master: options.sparkMaster,
          cluster: options.cluster,
          scratch,
          eventLogs: eventLogBytes > 0 ? files.eventLogs : null,
          ui: await guardUi(options.sparkHome, files.uiToken),
          jvmOptions,
          javaOptions: options.driverJavaOptions,
        },
      );
      await writeFile(files.properties, formatProperties(properties), { mode: 0o600 });
      await identity.lendFile(files.properties);
      const submit = identity.command(
        {
          file: sparkSubmit,
          args: [
            '--properties-file',
            files.properties,
            ...(spec.className === null ? [] : ['--class', spec.className]),
            // What follows the file is the program's: spark-submit reads none of it.
            spec.file,
            ...spec.args,
          ],
          env: {
            ...spec.environment,
            ...submitEnvironment(options, { python: spec.python, home: spec.projectFolder, scratch }),
            ...environment,
            // spark-submit names SparkR's library in Spark's home alone.
            ...(typeof options.sparkrLibrary === 'string' ? { R_LIBS: options.sparkrLibrary } : {}),
          },
        },
        { cwd: spec.projectFolder, tmp: scratch },
      );
      let started: Detached;
      try {
        started = await spawnDetached({
          ...behindLeader(submit, { folder: files.folder, umask: umaskOf(properties) }),
          cwd: spec.projectFolder,
          env: submit.env,
          input: submit.input,
          stdoutFile: files.stdout,
          stderrFile: files.stderr,
        });
      } catch (cause) {
        await clean(spec.batchId);
        throw new EngineError('The batch could not be started. Are its arguments too long?', { cause });
      }
      return { handle: started.identity, exited: started.exited };
    },

    find: (batchId) => leaderIn(filesOf(batchId).folder),

    async exitOf(batchId) {
      const code = await exitCodeIn(filesOf(batchId).folder);
      return code === null ? null : { code, signal: null };
    },

    async applicationOf(batchId) {
      const ui = await uiOf(batchId);
      return ui === null ? null : applicationAt(ui);
    },

    uiOf,

    clean,
    eventLogs: createEventLogs((id) => filesOf(id).eventLogs, eventLogBytes),
    forget: (batchId) => removeTree(filesOf(batchId).folder),
    logs(batchId) {
      const { stdout, stderr } = filesOf(batchId);
      return { stdout, stderr };
    },
    async boundLogs(batchId) {
      const { stdout, stderr } = filesOf(batchId);
      await boundLog(stdout, logBytes);
      await boundLog(stderr, logBytes);
      await boundExecutorLogs(filesOf(batchId).folder, logBytes);
    },
    executorLogs: executorLogFiles((id) => filesOf(id).folder),
  };
}
