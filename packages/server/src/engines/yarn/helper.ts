import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { javaEnvironment, type SubmitOptions } from '../local/submit.ts';

/** What asks YARN, by the clients that Spark has: a program of ours in Python with a small JVM. */
const program = join(import.meta.dirname, '../../../../../driver/emberlab_yarn/__main__.py');

/** More than the slowest of its answers takes: bringing the logs of an ended application. */
const answerMs = 60_000;

/** `gone`: YARN knows no such application (any more) · `ticket`: Kerberos lets us in no more · `refused`: we may not · `away`: nobody answers. */
export type FailureKind = 'gone' | 'ticket' | 'refused' | 'away' | 'other';

/** A question that the cluster did not answer as it should. The message is Java's own. */
export class ClusterFailure extends Error {
  override readonly name = 'ClusterFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const answer = z.object({
  id: z.number(),
  value: z.unknown().optional(),
  failure: z.object({ kind: z.enum(['gone', 'ticket', 'refused', 'away', 'other']), text: z.string() }).optional(),
});

const queue = z.object({ running: z.boolean(), leaf: z.boolean(), waiting: z.number() }).nullable();
/** Memory in MB. */
const capacity = z.object({
  nodes: z.array(z.object({ memory: z.number(), cores: z.number(), used: z.number(), busy: z.number() })),
  waiting: z.number(),
});
export type ClusterState = z.infer<typeof capacity>;
const report = z.object({
  state: z.string(),
  ended: z.boolean(),
  /** whether its driver has a container */
  placed: z.boolean(),
  final: z.string(),
  queue: z.string(),
  diagnostics: z.string(),
});
export type Report = z.infer<typeof report>;
const found = z.array(z.object({ id: z.string(), ended: z.boolean() }));

export type HelperOptions = Pick<SubmitOptions, 'sparkHome' | 'javaHome' | 'environment'> & {
  /** the cluster's core-site.xml, yarn-site.xml and so on */
  readonly confDir: string;
  /** the Python that runs it */
  readonly python: string;
  /** as whom of the cluster everything is done */
  readonly user: string;
  /** where it works */
  readonly folder: string;
};

/** The environment by which Hadoop's clients know a cluster and who asks. */
export const hadoopEnvironment = ({
  confDir,
  user,
}: Pick<HelperOptions, 'confDir' | 'user'>): Record<string, string> => ({
  HADOOP_CONF_DIR: confDir,
  YARN_CONF_DIR: confDir,
  HADOOP_USER_NAME: user,
});

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

/**
 * Asks a cluster. The program is started with the first question, and again when it has ended; it ends with us. Each question throws a `ClusterFailure` when
 * there is no answer.
 */
export function createHelper(options: HelperOptions) {
  const waiting = new Map<number, Waiting>();
  let child: ChildProcessWithoutNullStreams | null = null;
  let last = 0;
  let closed = false;

  const fail = (why: string) => {
    child = null;
    for (const one of waiting.values()) one.reject(new ClusterFailure('other', why));
    waiting.clear();
  };

  const start = (): ChildProcessWithoutNullStreams => {
    const { confDir, sparkHome } = options;
    const started = spawn(options.python, ['-B', program, JSON.stringify({ sparkHome, confDir })], {
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
    let told: z.infer<typeof answer>;
    try {
      told = answer.parse(JSON.parse(line));
    } catch {
      // Who waits for it is told that none came.
      return;
    }
    const { id, value, failure } = told;
    const one = waiting.get(id);
    waiting.delete(id);
    if (failure === undefined) one?.resolve(value);
    else one?.reject(new ClusterFailure(failure.kind, failure.text));
  };

  const ask = async (what: string, parts: Record<string, unknown> = {}): Promise<unknown> => {
    if (closed) throw new ClusterFailure('other', 'the platform is being stopped');
    child ??= start();
    const id = ++last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    child.stdin.write(`${JSON.stringify({ id, ask: what, with: parts })}\n`);
    const timer = setTimeout(() => reject(new ClusterFailure('away', 'no answer came')), answerMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  };

  return {
    /** null: there is no such queue. */
    queue: async (name: string) => queue.parse(await ask('queue', { queue: name })),
    capacity: async () => capacity.parse(await ask('capacity')),
    /** The address of the file system, which has answered. */
    fileSystem: async () => z.string().parse(await ask('file_system')),
    /** Applications with a tag, the latest first. */
    find: async (tag: string) => found.parse(await ask('find', { tag })),
    report: async (application: string) => report.parse(await ask('report', { application })),
    kill: async (application: string) => void (await ask('kill', { application })),
    /** Brings the logs of an ended application's driver into files, and takes away what its start has left on the file system. */
    finish: async (application: string, streams: Record<'stdout' | 'stderr', { file: string; bytes: number }>) =>
      z.array(z.string()).parse(await ask('finish', { application, streams })),
    /** Makes an archive of a folder with a Python package. */
    pack: async (folder: string, target: string) => void (await ask('pack', { package: folder, target })),

    /** Ends the program. */
    async close(): Promise<void> {
      closed = true;
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
