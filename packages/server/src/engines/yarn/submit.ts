import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oneUser } from '../../identities/one-user.ts';
import { delay } from '../../lib/clock.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { behindLeader, exitCodeIn, leaderFiles, leaderIn, makeRoomForLeader } from '../../lib/leader.ts';
import { tailLines } from '../../lib/log-file.ts';
import { isAlive, signalGroup, spawnDetached } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { EngineError, type DriverSpec } from '../engine.ts';
import type { LocalEngineOptions } from '../local/engine.ts';
import { formatProperties } from '../local/properties.ts';
import { agentFolder, submitEnvironment } from '../local/submit.ts';
import { filesOf, newTag, writeWord } from './files.ts';
import { hadoopEnvironment, type Helper, type HelperOptions } from './helper.ts';
import { yarnProperties, type YarnPlaces } from './properties.ts';
import { submitProblem } from './sentences.ts';

/** What the cluster starts as the application. */
const agentProgram = join(agentFolder, '../emberlab_session.py');

/** An idle driver that has not reached the control plane for so long ends itself. */
const orphanTimeoutSeconds = 3600;
/** Handing over takes seconds; where Spark's jars go along, a minute. */
const submitMs = 600_000;
const pollMs = 100;

export type YarnSubmitOptions = Pick<
  LocalEngineOptions,
  'clock' | 'environment' | 'identities' | 'javaHome' | 'outputLimitBytes' | 'sessionsFolder' | 'sparkHome'
> & {
  readonly places: YarnPlaces;
  readonly hadoop: Pick<HelperOptions, 'confDir' | 'user'>;
  /** where agents on the cluster dial to */
  readonly agentUrl: string;
  readonly helper: Pick<Helper, 'pack'>;
  /** default: the driver agent's */
  readonly program?: string;
};

/** What hands drivers over to YARN: a spark-submit for each, which ends once YARN has the application. */
export function createSubmit(options: YarnSubmitOptions) {
  const { clock, sparkHome, sessionsFolder, identities = oneUser() } = options;

  /** Removes what a spark-submit needs and nothing later does. */
  const clean = async (sessionId: number): Promise<void> => {
    const files = filesOf(sessionsFolder, sessionId);
    await removeTree(files.scratch);
    for (const name of leaderFiles) await rm(join(files.folder, name), { force: true });
    for (const path of [files.properties, files.submit]) await rm(path, { force: true });
  };

  return {
    clean,

    /** Begins with a driver. Throws an `EngineError`, with what is known of it to YARN left to its tag, when that does not take it. */
    async submit(spec: DriverSpec): Promise<void> {
      const files = filesOf(sessionsFolder, spec.sessionId);
      const identity = await identities.of(spec.owner, spec.projectFolder);
      await identity.lendFolder(files.folder);
      await clean(spec.sessionId);
      await makePrivateFolder(files.scratch);
      const { sessionId, kind, warmKinds, secret, appName } = spec;
      const agent = { sessionId, kind, warmKinds, secret, appName, orphanTimeoutSeconds, agentUrl: options.agentUrl };
      const settings = JSON.stringify({ ...agent, outputLimitBytes: options.outputLimitBytes });
      await writeFile(files.agent, settings, { mode: 0o600 });
      await options.helper.pack(agentFolder, files.package);
      const tag = newTag(spec.sessionId);
      const properties = yarnProperties(spec, options.places, {
        tag,
        package: files.package,
        settings: files.agent,
      });
      await writeFile(files.properties, formatProperties(properties), { mode: 0o600 });
      await identity.lendFile(files.properties);
      await identity.giveFolder(files.scratch);
      await makeRoomForLeader(files.folder);
      // The address is that of drivers on this machine.
      const { SPARK_LOCAL_IP: _, ...environment } = submitEnvironment(options, {
        python: spec.python,
        home: spec.projectFolder,
        scratch: files.scratch,
      });
      const submit = identity.command(
        {
          file: join(sparkHome, 'bin/spark-submit'),
          args: ['--properties-file', files.properties, options.program ?? agentProgram, 'agent.json'],
          env: {
            ...environment,
            ...hadoopEnvironment(options.hadoop),
          },
        },
        { cwd: spec.projectFolder, tmp: files.scratch },
      );
      // Before anything is there that could be found by it.
      await writeWord(files.tag, tag);
      const { identity: leader, exited } = await spawnDetached({
        ...behindLeader(submit, { folder: files.folder, umask: '077' }),
        cwd: spec.projectFolder,
        env: submit.env,
        input: submit.input,
        stdoutFile: files.submit,
        stderrFile: files.submit,
      });
      const late = clock.after(submitMs, () => void signalGroup(leader, 'SIGKILL'));
      const { code } = await exited.finally(late);
      if (code !== 0) throw new EngineError(submitProblem(await tailLines(files.submit, 200)));
    },

    /** Resolves when no spark-submit of a session is on its way any more, of a control plane before us either. */
    async settled(sessionId: number): Promise<void> {
      const { folder } = filesOf(sessionsFolder, sessionId);
      const leader = await leaderIn(folder);
      if (leader === null) return;
      for (const until = clock.now() + submitMs; isAlive(leader) && (await exitCodeIn(folder)) === null;) {
        if (clock.now() > until) signalGroup(leader, 'SIGKILL');
        await delay(clock, pollMs);
      }
    },
  };
}
