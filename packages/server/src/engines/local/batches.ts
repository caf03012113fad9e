import { constants } from 'node:fs';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oneUser } from '../../identities/one-user.ts';
import { beginningOf } from '../../lib/log-file.ts';
import { spawnDetached, type Detached } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { EngineError, type BatchEngine } from '../engine.ts';
import { applicationAt, uiPortIn } from './application.ts';
import type { WarmStart } from './class-archive.ts';
import { createEventLogs } from './event-log.ts';
import { identityOf } from './processes.ts';
import { formatProperties, localProperties, umaskOf } from './properties.ts';
import { submitEnvironment, type SubmitOptions } from './submit.ts';
import { guardUi, uiHeadersIn } from './ui-token.ts';

/**
 * The program around spark-submit, the leader of the batch's processes. It sets the umask, writes down who it is and, at the end, how that was: a
 * control plane that was away finds both. SIGTERM is for the child; the leader stays to see its end. `$0` is the folder, `$1` the mask, and the rest the
 * command.
 */
const wrapper = [
  'umask "$1"; shift; trap : TERM',
  'IFS= read -r stat </proc/$$/stat && printf "%s\\n" "$stat" >"$0/process"',
  '"$@"; code=$?',
  'printf "%s\\n" "$code" >"$0/.exit" && mv "$0/.exit" "$0/exit"; exit "$code"',
].join('; ');

/** How much of a log is searched for the address of the Spark UI: it stands near the beginning. */
const searchedBytes = 1024 * 1024;

export type LocalBatchesOptions = SubmitOptions & {
  readonly sparkMaster: string;
  /** the folder of all batches; each gets one of its own in it, named by its id */
  readonly folder: string;
  /** as for other drivers */
  readonly eventLogBytes?: number;
  /** as for other drivers */
  readonly warmStart?: () => Promise<WarmStart>;
};

/** Runs each batch as a detached process group on this machine: a plain `spark-submit` of the file, in client mode. */
export function createLocalBatches(options: LocalBatchesOptions): BatchEngine {
  const { eventLogBytes = 0, identities = oneUser() } = options;
  const sparkSubmit = join(options.sparkHome, 'bin/spark-submit');

  const filesOf = (batchId: number) => {
    const folder = join(options.folder, String(batchId));
    return {
      folder,
      stdout: join(folder, 'stdout.log'),
      stderr: join(folder, 'stderr.log'),
      scratch: join(folder, 'scratch'),
      properties: join(folder, 'spark.properties'),
      process: join(folder, 'process'),
      uiToken: join(folder, 'ui-token'),
      exit: join(folder, 'exit'),
      eventLogs: join(folder, 'events'),
    };
  };

  const clean = async (batchId: number) => {
    const files = filesOf(batchId);
    await removeTree(files.scratch);
    for (const path of [files.properties, files.uiToken]) await rm(path, { force: true });
  };

  return {
    async launch(spec) {
      const files = filesOf(spec.batchId);
      await access(sparkSubmit, constants.X_OK).catch((cause: unknown) => {
        throw new EngineError(`There is no Spark in ${options.sparkHome}. Please ask an administrator to install it.`, {
          cause,
        });
      });
      await clean(spec.batchId);
      const identity = await identities.of(spec.owner, spec.projectFolder);
      await identity.lendFolder(files.folder);
      await identity.giveFolder(files.scratch);
      if (eventLogBytes > 0) await identity.giveFolder(files.eventLogs);
      const { jvmOptions = [], environment = {} } = (await options.warmStart?.()) ?? {};
      const { scratch } = files;
      const properties = localProperties(spec, {
        master: options.sparkMaster,
        scratch,
        eventLogs: eventLogBytes > 0 ? files.eventLogs : null,
        ui: await guardUi(options.sparkHome, files.uiToken),
        jvmOptions,
        javaOptions: options.driverJavaOptions,
      });
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
            ...submitEnvironment(options, { python: spec.python, home: spec.projectFolder, scratch }),
            ...environment,
          },
        },
        { cwd: spec.projectFolder, tmp: scratch },
      );
      let started: Detached;
      try {
        started = await spawnDetached({
          file: '/bin/sh',
          args: ['-c', wrapper, files.folder, umaskOf(properties), submit.file, ...submit.args],
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

    find: async (batchId) => identityOf(await readFile(filesOf(batchId).process, 'latin1').catch(() => '')),

    async exitOf(batchId) {
      const text = (await readFile(filesOf(batchId).exit, 'latin1').catch(() => '')).trim();
      return /^\d+$/.test(text) ? { code: Number(text), signal: null } : null;
    },

    async applicationOf(batchId) {
      const files = filesOf(batchId);
      const port = uiPortIn(await beginningOf(files.stderr, searchedBytes));
      return port === null ? null : applicationAt(port, await uiHeadersIn(files.uiToken));
    },

    clean,
    eventLogs: createEventLogs((id) => filesOf(id).eventLogs, eventLogBytes),
    forget: (batchId) => removeTree(filesOf(batchId).folder),
    logs(batchId) {
      const { stdout, stderr } = filesOf(batchId);
      return { stdout, stderr };
    },
  };
}
