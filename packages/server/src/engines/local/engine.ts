import { constants } from 'node:fs';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oneUser } from '../../identities/one-user.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { identityOf } from '../../lib/leader.ts';
import { boundLog } from '../../lib/log-file.ts';
import { isAlive, signalGroup, spawnDetached, type Detached, type ProcessIdentity } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { EngineError, type DriverSpec, type Engine, type LaunchedDriver } from '../engine.ts';
import { boundExecutorLogs, executorLogFiles } from '../executor-files.ts';
import { createLocalBatches, type LocalBatches } from './batches.ts';
import { createEventLogs } from './event-log.ts';
import { readExecutorLog } from './executor-log.ts';
import { createLocalHistory } from './history.ts';
import { killNow, sessionMembers } from './processes.ts';
import type { WarmStart } from './class-archive.ts';
import { formatProperties, localProperties, umaskOf, type Cluster } from './properties.ts';
import { agentFolder, submitEnvironment, type SubmitOptions } from './submit.ts';
import { guardUi, uiHeadersIn } from './ui-token.ts';

export type LocalEngineOptions = SubmitOptions & {
  readonly clock: Clock;
  /** `local[*]` or `local[N]`; of a cluster, its address */
  readonly sparkMaster: string;
  readonly cluster?: Cluster;
  /** Looks whether what is to be started can run. Throws an `EngineError` that says why not. */
  readonly mustBeAble?: (properties: DriverSpec['properties']) => Promise<void>;
  /** the folder of all sessions; each gets one of its own in it, named by its id */
  readonly sessionsFolder: string;
  /** the same for batches */
  readonly batchesFolder: string;
  /** text of one statement above this is cut by the agent */
  readonly outputLimitBytes: number;
  /** what the event logs of one session or batch may take, bytes; default: 0, there are none */
  readonly eventLogBytes?: number;
  /** what each file of the output of a session or batch may take, bytes; default: as much as it likes */
  readonly logBytes?: number;
  /** the R library that has SparkR; default: Spark's own, else R's */
  readonly sparkrLibrary?: string | null;
  /** what makes drivers start faster, asked for each; default: nothing */
  readonly warmStart?: () => Promise<WarmStart>;
  /** the driver agent's program */
  readonly agentProgram?: string;
  /** how long a driver may take to end politely, ms */
  readonly graceMs?: number;
};

const defaultAgentProgram = join(agentFolder, '__main__.py');

/** An idle driver that has not reached the control plane for so long ends itself. */
const orphanTimeoutSeconds = 3600;
const defaultGraceMs = 5000;
/** What SIGKILL has hit is gone as soon as the kernel gets to it. */
const killedMs = 5000;
const pollMs = 50;

/**
 * The program around spark-submit. It sets the umask, which is a process's own and can't be given to spawn, and writes down who it is: exec keeps
 * both, so a control plane that ends right after the start still finds the driver. Arguments stay arguments: `$0` is the file, `$1` the mask, and the rest
 * the command.
 */
const wrapper = 'umask "$1"; shift; IFS= read -r stat </proc/$$/stat && printf "%s\\n" "$stat" >"$0"; exec "$@"';

/** Its drivers are processes, always. One of a cluster that is gone from the settings is none of them, so it counts as ended. */
export type LocalEngine = Omit<Engine, 'launch' | 'find' | 'batches'> & {
  launch(spec: DriverSpec): Promise<LaunchedDriver<ProcessIdentity>>;
  find(sessionId: number): Promise<ProcessIdentity | null>;
  readonly batches: LocalBatches;
};

/** Runs each driver as a detached process group on this machine, by `spark-submit` in client mode. */
export function createLocalEngine(options: LocalEngineOptions): LocalEngine {
  const { clock, sparkHome, sessionsFolder, eventLogBytes = 0, logBytes = Infinity, identities = oneUser() } = options;
  const graceMs = options.graceMs ?? defaultGraceMs;
  const sparkSubmit = join(sparkHome, 'bin/spark-submit');
  const agentProgram = options.agentProgram ?? defaultAgentProgram;

  const filesOf = (sessionId: number) => {
    const folder = join(sessionsFolder, String(sessionId));
    return {
      folder,
      stdout: join(folder, 'stdout.log'),
      stderr: join(folder, 'stderr.log'),
      scratch: join(folder, 'scratch'),
      // in a folder of the driver's own: it removes the file once it has read it
      agent: join(folder, 'scratch', 'agent.json'),
      properties: join(folder, 'spark.properties'),
      process: join(folder, 'process'),
      uiToken: join(folder, 'ui-token'),
      eventLogs: join(folder, 'events'),
      history: join(folder, 'history'),
    };
  };
  const eventLogs = createEventLogs((id) => filesOf(id).eventLogs, eventLogBytes);

  const clean = async (sessionId: number) => {
    const files = filesOf(sessionId);
    await removeTree(files.scratch);
    for (const path of [files.properties, files.process, files.uiToken]) await rm(path, { force: true });
  };

  /** Waits until `gone()`, at most `ms`; answers whether it came true. */
  const waitUntil = async (gone: () => boolean, ms: number): Promise<boolean> => {
    for (const deadline = clock.now() + ms; !gone();) {
      if (clock.now() >= deadline) return false;
      await delay(clock, pollMs);
    }
    return true;
  };

  return {
    async launch(spec) {
      const files = filesOf(spec.sessionId);
      await access(sparkSubmit, constants.X_OK).catch((cause: unknown) => {
        throw new EngineError(`There is no Spark in ${sparkHome}. Please ask an administrator to install it.`, {
          cause,
        });
      });
      await options.mustBeAble?.(spec.properties);
      const identity = await identities.of(spec.owner, spec.projectFolder);
      await identity.lendFolder(files.folder);
      await clean(spec.sessionId);
      await makePrivateFolder(files.scratch);
      if (eventLogBytes > 0) await identity.giveFolder(files.eventLogs);
      const { sessionId, kind, warmKinds, agentUrl, secret, appName } = spec;
      const agent = { sessionId, kind, warmKinds, agentUrl, secret, appName, orphanTimeoutSeconds };
      await writeFile(files.agent, JSON.stringify({ ...agent, outputLimitBytes: options.outputLimitBytes }), {
        mode: 0o600,
      });
      const { jvmOptions = [], environment = {} } = (await options.warmStart?.()) ?? {};
      const { scratch } = files;
      const properties = localProperties(spec, {
        master: options.sparkMaster,
        cluster: options.cluster,
        scratch,
        eventLogs: eventLogBytes > 0 ? files.eventLogs : null,
        ui: await guardUi(sparkHome, files.uiToken),
        jvmOptions,
        javaOptions: options.driverJavaOptions,
      });
      await writeFile(files.properties, formatProperties(properties), { mode: 0o600 });
      await identity.lendFile(files.properties);
      await identity.giveFolder(scratch);
      const submit = identity.command(
        {
          file: sparkSubmit,
          args: ['--properties-file', files.properties, agentProgram, files.agent],
          env: {
            ...submitEnvironment(options, { python: spec.python, home: spec.projectFolder, scratch }),
            ...environment,
            ...(typeof options.sparkrLibrary === 'string' ? { EMBERLAB_SPARKR: options.sparkrLibrary } : {}),
          },
        },
        { cwd: spec.projectFolder, tmp: scratch },
      );
      let started: Detached;
      try {
        started = await spawnDetached({
          file: '/bin/sh',
          args: ['-c', wrapper, files.process, umaskOf(properties), submit.file, ...submit.args],
          cwd: spec.projectFolder,
          env: submit.env,
          input: submit.input,
          stdoutFile: files.stdout,
          stderrFile: files.stderr,
        });
      } catch (cause) {
        await clean(spec.sessionId);
        throw new EngineError('The Spark driver could not be started. Please look at its log.', { cause });
      }
      return { handle: started.identity, exited: started.exited };
    },

    async find(sessionId) {
      const stat = await readFile(filesOf(sessionId).process, 'latin1').catch(() => '');
      const handle = identityOf(stat);
      return handle !== null && isAlive(handle) ? handle : null;
    },

    isAlive: async (handle) => 'pid' in handle && isAlive(handle),

    async kill(handle, patienceMs = graceMs) {
      if (!('pid' in handle)) return;
      if (isAlive(handle)) {
        signalGroup(handle, 'SIGTERM');
        if (!(await waitUntil(() => !isAlive(handle), patienceMs))) {
          signalGroup(handle, 'SIGKILL');
          await waitUntil(() => !isAlive(handle), killedMs);
        }
      }
      // What the driver started may live on for a moment, or for good if it hangs: nobody is left who would end it.
      await waitUntil(() => {
        const left = sessionMembers(handle);
        for (const pid of left) killNow(pid);
        return left.length === 0;
      }, killedMs);
    },

    uiHeaders: (sessionId) => uiHeadersIn(filesOf(sessionId).uiToken),
    clean,
    forget: (sessionId) => removeTree(filesOf(sessionId).folder),
    logs(sessionId) {
      const { stdout, stderr } = filesOf(sessionId);
      return { stdout, stderr };
    },
    async boundLogs(sessionId) {
      const { stdout, stderr } = filesOf(sessionId);
      await boundLog(stdout, logBytes);
      await boundLog(stderr, logBytes);
      await boundExecutorLogs(filesOf(sessionId).folder, logBytes);
    },
    executorLogs: executorLogFiles((id) => filesOf(id).folder),
    eventLogs,
    history: createLocalHistory({
      ...options,
      folderOf: (id) => filesOf(id).history,
      logsOf: (id) => filesOf(id).eventLogs,
    }),
    batches: {
      ...createLocalBatches({ ...options, folder: options.batchesFolder }),
      history: createLocalHistory({
        ...options,
        folderOf: (id) => join(options.batchesFolder, String(id), 'history'),
        logsOf: (id) => join(options.batchesFolder, String(id), 'events'),
      }),
    },
    readExecutorLog: (question) => readExecutorLog(options, question),
  };
}
