import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { javaEnvironment, type SubmitOptions } from '../local/submit.ts';
import * as answers from './answers.ts';
import { ClusterFailure, type PackingProgress } from './answers.ts';

/** What asks YARN, by the clients that Spark has: a program of ours in Python with a small JVM. */
const program = join(import.meta.dirname, '../../../../../driver/emberlab_yarn/__main__.py');

/** More than the slowest of its answers takes: bringing the logs of an ended application. */
const answerMs = 60_000;
const restMs = 600_000;
/** As long as the largest environment takes to be packed, and brought over a slow network. */
const packingMs = 1_800_000;

/** The keytab stays on this machine. `krb5Conf` null: the machine's own settings of Kerberos. */
export type Kerberos = { readonly keytab: string; readonly principal: string; readonly krb5Conf: string | null };

export type HelperOptions = Pick<SubmitOptions, 'sparkHome' | 'javaHome' | 'environment'> & {
  /** the cluster's core-site.xml, yarn-site.xml and so on */
  readonly confDir: string;
  /** the Python that runs it */
  readonly python: string;
  /** as whom of the cluster everything is done */
  readonly user: string;
  /** for whom that user stands in there; absent: nobody */
  readonly proxyUser?: string;
  /** by what the cluster is shown who asks; null: it is told */
  readonly kerberos: Kerberos | null;
  /** where it works */
  readonly folder: string;
};

/** The environment by which Hadoop's clients know a cluster and who asks. */
export const hadoopEnvironment = ({
  confDir,
  user,
  proxyUser,
  kerberos,
}: Pick<HelperOptions, 'confDir' | 'kerberos' | 'proxyUser' | 'user'>): Record<string, string> => ({
  HADOOP_CONF_DIR: confDir,
  YARN_CONF_DIR: confDir,
  ...(kerberos === null ? { HADOOP_USER_NAME: user } : {}),
  // By a ticket it is said another way.
  ...(kerberos === null && proxyUser !== undefined ? { HADOOP_PROXY_USER: proxyUser } : {}),
});

type AskOptions = {
  readonly ms?: number;
  readonly hear?: (progress: PackingProgress) => void;
  /** by which it is told that nobody wants the answer any more */
  readonly signal?: AbortSignal | undefined;
};
type Waiting = { resolve(value: unknown): void; reject(error: Error): void; hear(progress: PackingProgress): void };

/**
 * Asks a cluster. The program is started with the first question, and again when it has ended; it ends with us. Each question throws a `ClusterFailure` when
 * there is no answer.
 */
export function createHelper(options: HelperOptions) {
  const waiting = new Map<number, Waiting>();
  let child: ChildProcessWithoutNullStreams | null = null;
  let last = 0;
  let closed = false;
  let resting: NodeJS.Timeout | undefined;

  /** One of many, for a member each, ends when nobody has asked for a while. */
  const rest = () => {
    clearTimeout(resting);
    if (options.proxyUser === undefined || waiting.size > 0) return;
    resting = setTimeout(() => {
      const ending = child;
      child = null;
      ending?.stdin.end();
    }, restMs).unref();
  };

  const fail = (why: string) => {
    child = null;
    for (const one of waiting.values()) one.reject(new ClusterFailure('other', why));
    waiting.clear();
  };

  const start = (): ChildProcessWithoutNullStreams => {
    const { confDir, kerberos, proxyUser, sparkHome } = options;
    const settings = JSON.stringify({ sparkHome, confDir, kerberos, proxyUser });
    const started = spawn(options.python, ['-B', program, settings], {
      cwd: options.folder,
      env: {
        ...javaEnvironment(options, { home: options.folder, scratch: options.folder }),
        ...hadoopEnvironment(options),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    createInterface({ input: started.stderr }).on('line', (line) => {
      if (lines.push(line) > 20) lines.shift();
    });
    createInterface({ input: started.stdout }).on('line', (line) => take(line));
    started.stdin.on('error', () => undefined);
    const ended = () => {
      if (child === started) fail(`what asks YARN has ended: ${lines.at(-1) ?? 'it said nothing'}`);
    };
    started.once('error', ended);
    started.once('exit', ended);
    return started;
  };

  const take = (line: string) => {
    let told: z.infer<typeof answers.answer>;
    try {
      told = answers.answer.parse(JSON.parse(line));
    } catch {
      // Who waits for it is told that none came.
      return;
    }
    const { id, value, failure } = told;
    const one = waiting.get(id);
    if (told.progress !== undefined) return one?.hear(told.progress);
    waiting.delete(id);
    if (failure === undefined) one?.resolve(value);
    else one?.reject(new ClusterFailure(failure.kind, failure.text));
  };

  const ask = async (
    what: string,
    parts: Record<string, unknown> = {},
    { ms = answerMs, hear = () => undefined, signal }: AskOptions = {},
  ): Promise<unknown> => {
    if (closed) throw new ClusterFailure('other', 'the platform is being stopped');
    clearTimeout(resting);
    child ??= start();
    const id = ++last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject, hear });
    child.stdin.write(`${JSON.stringify({ id, ask: what, with: parts })}\n`);
    const timer = setTimeout(() => reject(new ClusterFailure('away', 'no answer came')), ms);
    const asked = child;
    const callOff = () => {
      if (asked === child) asked.stdin.write(`${JSON.stringify({ call_off: id })}\n`);
      reject(new ClusterFailure('unfit', 'The start was called off.'));
    };
    if (signal?.aborted === true) callOff();
    else signal?.addEventListener('abort', callOff, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', callOff);
      clearTimeout(timer);
      waiting.delete(id);
      rest();
    }
  };

  return {
    /** null: there is no such queue. `before`: of the applications that wait, only those that do so longer than this one are counted. */
    queue: async (name: string, before: string | null = null) =>
      answers.queue.parse(await ask('queue', { queue: name, before })),
    capacity: async () => answers.capacity.parse(await ask('capacity')),
    /** The address of the file system, which has answered. */
    fileSystem: async () => z.string().parse(await ask('file_system')),
    /** Applications with a tag, the latest first. */
    find: async (tag: string) => answers.found.parse(await ask('find', { tag })),
    report: async (application: string) => answers.report.parse(await ask('report', { application })),
    kill: async (application: string) => void (await ask('kill', { application })),
    /** Brings the logs of an ended application's driver into files, and takes away what its start has left on the file system. */
    finish: async (
      application: string,
      streams: Record<'stdout' | 'stderr', { file: string; bytes: number }>,
      options: { readonly seconds?: number } = {},
    ) => answers.finished.parse(await ask('finish', { application, streams, ...options })),
    /** The executors of an ended application, whose logs YARN has collected. */
    executors: async (application: string) => answers.executors.parse(await ask('executors', { application })),
    /** Brings the last bytes of a log of one of these; false: there is none. */
    executorLog: async (of: { application: string; container: string; stream: string; file: string; bytes: number }) =>
      z.boolean().parse(await ask('executor_log', of)),
    /**
     * The archive of a Python environment on the cluster's file system, made where there is none; `hear` is told how far that is. `folder` null: a folder in the
     * home of the user there. `onNodes`: the Python of the cluster's machines; null: none, or the same one.
     */
    environment: async (
      { folder, python, onNodes }: { folder: string | null; python: string; onNodes: string | null },
      hear: (progress: PackingProgress) => void,
      signal?: AbortSignal,
    ) =>
      answers.archived.parse(
        await ask('environment', { folder, python, on_nodes: onNodes }, { ms: packingMs, hear, signal }),
      ),
    /** The same of the jars of Spark. */
    jars: async (folder: string | null, hear: (progress: PackingProgress) => void, signal?: AbortSignal) =>
      answers.archived.parse(
        await ask('jars', { folder, spark_home: options.sparkHome }, { ms: packingMs, hear, signal }),
      ),
    /** The same of SparkR, from the first of these libraries that has it, and of R where it is to be packed; null: this machine has none. */
    r: async (
      of: { folder: string | null; libraries: readonly string[]; packed: boolean },
      hear: (progress: PackingProgress) => void,
      signal?: AbortSignal,
    ) => answers.ofR.parse(await ask('r', of, { ms: packingMs, hear, signal })),
    /** Makes the folder of a driver's event logs; answers its address. */
    makeEvents: async (folder: string | null, tag: string) =>
      z.string().parse(await ask('make_events', { folder, tag })),
    /** How many bytes the event logs in a folder have; where that is more than `most`, all but the last files go. */
    limitEvents: async (place: string, most: number) => z.number().parse(await ask('limit_events', { place, most })),
    /** Brings event logs into a folder here, and takes them away there. false: they were more than `most`, and none came. */
    bringEvents: async (place: string, target: string, most: number) =>
      z.boolean().parse(await ask('bring_events', { place, target, most }, { ms: packingMs })),
    /** Takes away archives that nobody wants any more. */
    tidy: async (folder: string | null) => void (await ask('clean', { folder }, { ms: packingMs })),
    /** Writes what lets an application be handed over in place of the keytab, into a new file; and into another what names that, and can't be used for it. */
    writeTokens: async (target: string, names: string) => void (await ask('write_tokens', { target, names })),
    /** Takes back what a file names; fine where that is over already. */
    cancelTokens: async (names: string) => void (await ask('cancel_tokens', { names })),
    /** Takes away what the start of an application has left on the file system, unless it goes on. */
    unstage: async (application: string) => void (await ask('unstage', { application })),
    /** Makes an archive of a folder with a Python package. */
    pack: async (folder: string, target: string) => void (await ask('pack', { package: folder, target })),

    /** Ends the program. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(resting);
      const ending = child;
      child = null;
      if (ending === null || ending.exitCode !== null) return;
      const gone = new Promise((resolve) => ending.once('exit', resolve));
      ending.stdin.end();
      await gone;
    },
  };
}

export type Helper = ReturnType<typeof createHelper>;
