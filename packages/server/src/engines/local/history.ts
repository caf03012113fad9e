import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oneUser } from '../../identities/one-user.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { identityOf } from '../../lib/leader.ts';
import { beginningOf } from '../../lib/log-file.ts';
import { isAlive, signalGroup, spawnDetached, type Detached } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { EngineError, type HistoryEngine } from '../engine.ts';
import { portIn } from './application.ts';
import type { WarmStart } from './class-archive.ts';
import { killNow, sessionMembers } from './processes.ts';
import { formatProperties, quoted } from './properties.ts';
import { javaEnvironment, type SubmitOptions } from './submit.ts';
import { guardUi, uiHeadersIn } from './ui-token.ts';

/** It holds one application; its garbage and its compiled code are few, and it lives for minutes. */
const heap = '512m';
const jvmFlags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-XX:+ExitOnOutOfMemoryError'];
/** It says its port before it reads an event log, which may have anything in it. */
const searchedBytes = 1024 * 1024;
/** What SIGKILL has hit is gone as soon as the kernel gets to it. */
const killedMs = 5000;
const pollMs = 20;

/** As that of drivers: writes down who it is, so that one is found whose start we did not live to write down. */
const wrapper = 'IFS= read -r stat </proc/$$/stat && printf "%s\\n" "$stat" >"$0"; exec "$@"';

export type LocalHistoryOptions = SubmitOptions & {
  readonly clock: Clock;
  /** a folder of its own for the server of a session */
  readonly folderOf: (sessionId: number) => string;
  /** where that session's event logs lie */
  readonly logsOf: (sessionId: number) => string;
  readonly warmStart?: () => Promise<WarmStart>;
};

/** Runs Spark's own history server, each for the event logs of one session: nobody sees another's through it. */
export function createLocalHistory(options: LocalHistoryOptions): HistoryEngine {
  const { clock, sparkHome, identities = oneUser() } = options;
  const sparkClass = join(sparkHome, 'bin/spark-class');

  const filesOf = (sessionId: number) => {
    const folder = options.folderOf(sessionId);
    return {
      folder,
      scratch: join(folder, 'scratch'),
      properties: join(folder, 'spark.properties'),
      token: join(folder, 'token'),
      process: join(folder, 'process'),
      log: join(folder, 'history.log'),
    };
  };

  return {
    async launch({ sessionId, owner, projectFolder }) {
      const files = filesOf(sessionId);
      await access(sparkClass, constants.X_OK).catch((cause: unknown) => {
        throw new EngineError(`There is no Spark in ${sparkHome}. Please ask an administrator to install it.`, {
          cause,
        });
      });
      await removeTree(files.folder);
      const identity = await identities.of(owner, projectFolder);
      await identity.lendFolder(files.folder);
      await identity.giveFolder(files.scratch);
      // Whoever wrote them, under whatever number of this machine.
      await identity.giveFolder(options.logsOf(sessionId));
      const properties = {
        // A path as it is: what is escaped in an address stays so here.
        'spark.history.fs.logDirectory': `file://${options.logsOf(sessionId)}`,
        'spark.history.ui.port': '0',
        'spark.history.retainedApplications': '1',
        ...(await guardUi(sparkHome, files.token)),
      };
      await writeFile(files.properties, formatProperties(properties), { mode: 0o600 });
      await identity.lendFile(files.properties);
      const { jvmOptions = [], environment = {} } = (await options.warmStart?.()) ?? {};
      const { scratch } = files;
      const server = identity.command(
        {
          file: sparkClass,
          args: ['org.apache.spark.deploy.history.HistoryServer', '--properties-file', files.properties],
          env: {
            ...javaEnvironment(options, { home: scratch, scratch }),
            SPARK_DAEMON_MEMORY: heap,
            SPARK_HISTORY_OPTS: [`-Djava.io.tmpdir=${scratch}`, ...jvmFlags, ...jvmOptions].map(quoted).join(' '),
            // What an administrator has set for drivers is not meant for it.
            SPARK_CONF_DIR: scratch,
            ...environment,
          },
        },
        { cwd: scratch, tmp: scratch },
      );
      let started: Detached;
      try {
        started = await spawnDetached({
          file: '/bin/sh',
          args: ['-c', wrapper, files.process, server.file, ...server.args],
          cwd: files.folder,
          env: server.env,
          input: server.input,
          stdoutFile: files.log,
          stderrFile: files.log,
        });
      } catch (cause) {
        throw new EngineError("Spark's history server could not be started.", { cause });
      }
      return { handle: started.identity, exited: started.exited };
    },

    async find(sessionId) {
      const handle = identityOf(await readFile(filesOf(sessionId).process, 'latin1').catch(() => ''));
      return handle !== null && isAlive(handle) ? handle : null;
    },

    async addressOf(sessionId) {
      const files = filesOf(sessionId);
      const port = portIn(await beginningOf(files.log, searchedBytes), /HistoryServer\w*/);
      return port === null ? null : { port, headers: await uiHeadersIn(files.token) };
    },

    async end(handle) {
      // It holds nothing that is not in the event log.
      signalGroup(handle, 'SIGKILL');
      for (const deadline = clock.now() + killedMs; clock.now() < deadline;) {
        const left = sessionMembers(handle);
        for (const pid of left) killNow(pid);
        if (left.length === 0 && !isAlive(handle)) return;
        await delay(clock, pollMs);
      }
    },

    clean: (sessionId) => removeTree(filesOf(sessionId).folder),
    log: (sessionId) => filesOf(sessionId).log,
  };
}
