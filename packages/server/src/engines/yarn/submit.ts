import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oneUser } from '../../identities/one-user.ts';
import { delay } from '../../lib/clock.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { behindLeader, exitCodeIn, leaderFiles, leaderIn, makeRoomForLeader } from '../../lib/leader.ts';
import { appendLine, tailLines } from '../../lib/log-file.ts';
import { isAlive, signalGroup, spawnDetached } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { EngineError, type ClusterHandle, type DriverSpec, type LaunchedDriver } from '../engine.ts';
import type { LocalEngineOptions } from '../local/engine.ts';
import { formatProperties, quoted } from '../local/properties.ts';
import { agentFolder, submitEnvironment } from '../local/submit.ts';
import type { Applications } from './applications.ts';
import { mustGoOn, unlessCalledOff } from './called-off.ts';
import { newTag, wordIn, writeWord, type YarnFiles } from './files.ts';
import { hadoopEnvironment, type Helper, type HelperOptions } from './helper.ts';
import { engineError, sentenceOf, submitProblem } from './sentences.ts';

/** The same by delegation tokens: see there. */
const withTokens = join(agentFolder, '../emberlab_yarn/submit.py');

/** The JVM that hands over lives for seconds: it need not become fast. The archive of classes that drivers on this machine start from fits it too. */
const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-XX:-UsePerfData'];

/** Handing over takes seconds; where Spark's jars go along, a minute. */
const submitMs = 600_000;
const pollMs = 100;
/** For so long YARN may not know yet what a spark-submit has handed over that was ended then. */
const comesThroughMs = 3000;
/** What could not be ended because YARN did not answer is tried again for so long. */
const laterMs = 3_600_000;
const laterEveryMs = 5000;

/** For which application a spark-submit has begun to bring files, by its output. */
const stagedIn = (lines: readonly string[]): string | null =>
  /\/\.sparkStaging\/(application_\d+_\d+)\//.exec(
    lines.findLast((line) => line.includes('/.sparkStaging/')) ?? '',
  )?.[1] ?? null;

export type YarnSubmitOptions = Pick<
  LocalEngineOptions,
  'clock' | 'environment' | 'identities' | 'javaHome' | 'sparkHome' | 'warmStart'
> & {
  readonly hadoop: Pick<HelperOptions, 'confDir' | 'kerberos' | 'proxyUser' | 'python' | 'user'>;
  readonly helper: Pick<Helper, 'cancelTokens' | 'find' | 'unstage' | 'writeTokens'>;
  readonly applications: Applications;
};

/** What is handed over: the properties of the application, its program, and what that is started with. */
type Handover = {
  readonly properties: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** a file of the member's that goes along by another name */
  readonly copy?: { readonly from: string; readonly to: string };
};

/** As the member, who may read it; `$1` and `$2` are the two, and the rest is the command. */
const afterCopy = 'cp -- "$1" "$2" || exit; shift 2; exec "$@"';

/** What hands applications over to YARN: a spark-submit for each, which ends once YARN has the application. */
export function createSubmit(options: YarnSubmitOptions) {
  const { applications, clock, helper, sparkHome, identities = oneUser() } = options;

  /** Removes what a spark-submit needs and nothing later does. */
  const clean = async (files: YarnFiles): Promise<void> => {
    await removeTree(files.scratch);
    for (const name of leaderFiles) await rm(join(files.folder, name), { force: true });
    for (const path of [files.properties, files.submit]) await rm(path, { force: true });
  };

  /** The application that goes on; null: there is none. Throws a `ClusterFailure`. */
  const runningOf = async (files: YarnFiles): Promise<string | null> => {
    const tag = await wordIn(files.tag);
    if (tag === null) return null;
    return (await helper.find(tag)).find((one) => !one.ended)?.id ?? null;
  };

  /**
   * What hands over, without its arguments. On a secured cluster, where it runs as the member all the same, it gets no ticket but what the application has:
   * tokens of the file system and of YARN, from which nobody can make others.
   */
  const programFor = async (
    files: YarnFiles,
    jvmOptions: readonly string[],
  ): Promise<readonly [string, ...string[]]> => {
    const { kerberos, python, user, proxyUser = user } = options.hadoop;
    if (kerberos === null) return [join(sparkHome, 'bin/spark-submit')];
    await helper.writeTokens(files.tokens, files.tokenNames).catch((error: unknown) => {
      throw engineError(error, 'manager');
    });
    const settings = [
      ...quick,
      ...jvmOptions,
      ...(kerberos.krb5Conf === null ? [] : [`-Djava.security.krb5.conf=${kerberos.krb5Conf}`]),
    ];
    return [python, '-B', withTokens, proxyUser, files.tokens, ...settings, '--'];
  };

  type Spec = Pick<DriverSpec, 'owner' | 'projectFolder' | 'python'>;

  const submit = async (
    files: YarnFiles,
    spec: Spec,
    tag: string,
    { make, signal }: { make(): Promise<Handover>; signal: AbortSignal | undefined },
  ): Promise<void> => {
    const identity = await identities.of(spec.owner, spec.projectFolder);
    await identity.lendFolder(files.folder);
    await clean(files);
    await makePrivateFolder(files.scratch);
    const { properties, command, copy } = await unlessCalledOff(make(), signal);
    const { jvmOptions = [], environment: forArchive = {} } = (await options.warmStart?.()) ?? {};
    const [program, ...before] = await programFor(files, jvmOptions);
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
    const words = [...before, '--properties-file', files.properties, ...command];
    const started = identity.command(
      {
        ...(copy === undefined
          ? { file: program, args: words }
          : { file: '/bin/sh', args: ['-c', afterCopy, 'sh', copy.from, copy.to, program, ...words] }),
        env: {
          ...environment,
          ...forArchive,
          ...hadoopEnvironment(options.hadoop),
          SPARK_SUBMIT_OPTS: [...quick, ...jvmOptions].map(quoted).join(' '),
        },
      },
      { cwd: spec.projectFolder, tmp: files.scratch },
    );
    mustGoOn(signal);
    // Before anything is there that could be found by it.
    await writeWord(files.tag, tag);
    const { identity: leader, exited } = await spawnDetached({
      ...behindLeader(started, { folder: files.folder, umask: '077' }),
      cwd: spec.projectFolder,
      env: started.env,
      input: started.input,
      stdoutFile: files.submit,
      stderrFile: files.submit,
    });
    const end = () => void signalGroup(leader, 'SIGKILL');
    const late = clock.after(submitMs, end);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) end();
    const { code } = await exited.finally(() => {
      late();
      signal?.removeEventListener('abort', end);
    });
    mustGoOn(signal);
    if (code !== 0) throw new EngineError(submitProblem(await tailLines(files.submit, 200)));
  };

  /** What YARN says is used by no application any more is gone by itself; the rest ends with the start, or the application, that it was for. */
  const cancelTokens = async (files: YarnFiles): Promise<void> => {
    if ((await wordIn(files.tokenNames)) === null) return;
    await helper
      .cancelTokens(files.tokenNames)
      .catch((error: unknown) =>
        appendLine(
          files.stderr,
          `emberlab: The application’s tokens could not be taken back. ${sentenceOf(error, 'manager')}`,
        ),
      );
    await rm(files.tokenNames, { force: true });
  };

  /** Ends what goes on by a tag; answers which that was, and whether YARN has answered. */
  const endIfThere = async (files: YarnFiles): Promise<{ heard: boolean; application: string | null }> => {
    try {
      const application = await runningOf(files);
      if (application !== null) await applications.kill(application, 0);
      return { heard: true, application };
    } catch {
      return { heard: false, application: null };
    }
  };

  /** The same as soon as YARN answers again: nobody looks after a start that failed. */
  const endLater = async (files: YarnFiles): Promise<void> => {
    for (const until = clock.now() + laterMs; clock.now() < until;) {
      await delay(clock, laterEveryMs, applications.closed);
      if ((await endIfThere(files)).heard) return rm(files.tag, { force: true });
    }
  };

  /** After a start that failed, or was called off: what has come through all the same ends. */
  const leaveNothing = async (files: YarnFiles, calledOff: boolean): Promise<void> => {
    const lines = await tailLines(files.submit, 200);
    for (const line of lines) await appendLine(files.stderr, line);
    // What was on its way when spark-submit was ended may come through a moment later.
    const handedOver = lines.length > 0;
    const deadline = clock.now() + (calledOff && handedOver ? comesThroughMs : 0);
    let found = await endIfThere(files);
    while (found.heard && found.application === null && clock.now() < deadline) {
      await delay(clock, pollMs);
      found = await endIfThere(files);
    }
    const staged = found.heard ? (found.application ?? stagedIn(lines)) : null;
    if (staged !== null) await helper.unstage(staged).catch(() => undefined);
    await cancelTokens(files);
    // By its tag it is found once YARN answers again.
    if (!found.heard && handedOver) void endLater(files).catch(() => undefined);
    else await rm(files.tag, { force: true });
    await clean(files);
  };

  return {
    clean,
    cancelTokens,

    /**
     * Hands one over, by a tag that begins with `what`; `make` puts what goes along into the scratch folder. Throws an `EngineError`, with nothing left to run,
     * when YARN does not take it.
     */
    async begin(
      files: YarnFiles,
      spec: Spec,
      { what, make, signal }: { what: string; make(tag: string): Promise<Handover>; signal: AbortSignal | undefined },
    ): Promise<LaunchedDriver<ClusterHandle>> {
      await rm(files.application, { force: true });
      const tag = newTag(what);
      let application: string;
      try {
        await submit(files, spec, tag, { make: () => make(tag), signal });
        application = await unlessCalledOff(applications.tagged(tag), signal);
      } catch (error) {
        await leaveNothing(files, signal?.aborted === true);
        throw error instanceof EngineError
          ? error
          : new EngineError('The Spark driver could not be started. Please look at its log.', { cause: error });
      }
      await writeWord(files.application, application);
      await clean(files);
      return { handle: { clusterId: application }, exited: applications.exitedOf(application) };
    },

    /**
     * What was handed over by a control plane before us, once no spark-submit is on its way any more: the one that goes on or, where `ended` counts too, any.
     * null: there is none. Throws an `EngineError`.
     */
    async find(files: YarnFiles, { ended }: { ended: boolean }): Promise<ClusterHandle | null> {
      await settled(files);
      const known = ended ? await wordIn(files.application) : null;
      if (known !== null) return { clusterId: known };
      const tag = await wordIn(files.tag);
      if (tag === null) return null;
      const found = await helper.find(tag).catch((error: unknown) => {
        throw engineError(error, 'manager');
      });
      const application = found.find((one) => ended || !one.ended)?.id;
      if (application === undefined) return null;
      await writeWord(files.application, application);
      return { clusterId: application };
    },
  };

  /** Resolves when no spark-submit is on its way any more, of a control plane before us either. */
  async function settled({ folder }: YarnFiles): Promise<void> {
    const leader = await leaderIn(folder);
    if (leader === null) return;
    for (const until = clock.now() + submitMs; isAlive(leader) && (await exitCodeIn(folder)) === null;) {
      if (clock.now() > until) signalGroup(leader, 'SIGKILL');
      await delay(clock, pollMs);
    }
  }
}

export type Submit = ReturnType<typeof createSubmit>;
