import { readFileSync } from 'node:fs';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import { compileReach } from './lib/reach.ts';

const wholeNumber = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], 'please write a whole number')
  .pipe(z.number().int());
const yesOrNo = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const addresses = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(',').filter((part) => part.trim() !== ''))])
  .transform((rules, context) => {
    try {
      compileReach(rules);
    } catch (error) {
      context.addIssue((error as Error).message);
    }
    return rules.map((rule) => rule.trim());
  });
const origin = z
  .string()
  .regex(/^https?:\/\/[^/\s]+$/, 'please write an origin without a path, such as https://emberlab.example.org');

/**
 * Every setting: as `EMBERLAB_<NAME>` in the environment, or in lower case in `emberlab.toml` in the data folder. The environment wins.
 * `docs/reference/settings.md` is made from this schema; `./test checks` compares the two.
 */
export const settingsSchema = z.strictObject({
  data: z
    .string()
    .min(1)
    .default('~/.emberlab')
    .meta({ description: 'Folder for everything that Emberlab keeps. Only by environment or option.' }),
  port: wholeNumber
    .pipe(z.number().min(1).max(65535))
    .default(8080)
    .meta({ description: 'Port of the web page and the API.' }),
  host: z.string().min(1).default('127.0.0.1').meta({ description: 'Address to listen on.' }),
  public_url: origin
    .optional()
    .meta({ description: 'Origin under which browsers reach the dashboard. Default: http://localhost:PORT.' }),
  apps_url: origin
    .refine(
      (url) => url.includes('{id}.'),
      'please put {id}. in front of the host, such as https://{id}.apps.example.org',
    )
    .optional()
    .meta({
      description:
        'Origin of each Jupyter server and Spark UI, with {id} in it. Default: {id}. in front of the host of public_url.',
    }),
  spark_home: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A Spark distribution to use instead of the one that set-up installs.' }),
  spark_master: z
    .string()
    .regex(/^local(\[(\*|[1-9]\d{0,3})\])?$/, 'please write local[*], or local[N] for N cores')
    .default('local[*]')
    .meta({ description: 'Where Spark runs: local[*] or local[N].' }),
  agent_url: z
    .string()
    .regex(
      /^(unix:\/|wss?:\/\/[^\s/@?#]+(\/[^\s?#]*)?$)/,
      'please write unix:/path/of/a.sock, ws://HOST:PORT or wss://HOST:PORT',
    )
    .optional()
    .meta({
      description:
        'Where Spark drivers dial in, when something passes their connections on: unix:/path/of/a.sock, ws://HOST:PORT or wss://HOST:PORT. Default: run/agent.sock in the data folder, which is also where they have to be passed on to.',
    }),
  java_home: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'The JDK for Spark. Default: JAVA_HOME, else the java on the PATH.' }),
  class_archive: yesOrNo.default(true).meta({
    description:
      "Whether an archive of Spark's classes is made in the background, once for each JDK and Spark (250 MB), so that sessions start in about half the time: true or false.",
  }),
  driver_java_options: z
    .string()
    .regex(/^[^\r\n]*$/, 'Please write all options on one line.')
    .default('')
    .meta({
      description:
        "Options for the JVM of every Spark driver, as on a shell's command line: a trust store or a proxy, say. Default: none.",
    }),
  sparkr: z.string().min(1).optional().meta({
    description:
      "The R library with the package SparkR, for a Spark without one of its own in R/lib. Default: R's own libraries.",
  }),
  python: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'The Python that environments are made with. Default: python3 on the PATH.' }),
  server_start_timeout_seconds: wholeNumber
    .pipe(z.number().min(5).max(3600))
    .default(120)
    .meta({ description: 'How long a Jupyter server may take to answer.' }),
  server_hours: wholeNumber.pipe(z.number().min(1).max(10_000)).default(6).meta({
    description: 'After so many hours a Jupyter server is stopped; its member can add as many at a time.',
  }),
  server_max_hours: wholeNumber
    .pipe(z.number().min(1).max(10_000))
    .default(168)
    .meta({ description: 'By so many hours at most the end of a Jupyter server can lie ahead.' }),
  server_no_limit: yesOrNo
    .default(false)
    .meta({ description: 'Whether members may let a Jupyter server run without a limit: true or false.' }),
  server_idle_minutes: wholeNumber.pipe(z.number().min(0).max(600_000)).default(0).meta({
    description:
      'A Jupyter server in which nothing has run for so many minutes is stopped; 0: never. A busy kernel, a running Spark statement and a command in a terminal are no idleness, however quiet; an open page is.',
  }),
  server_logs_kept: wholeNumber
    .pipe(z.number().min(1).max(1000))
    .default(10)
    .meta({ description: "Logs of so many ended runs of each member's server in a project are kept." }),
  server_log_mb: wholeNumber
    .pipe(z.number().min(1).max(10_000))
    .default(16)
    .meta({ description: 'A log of a Jupyter server that is longer is cut down to its newest lines, MB.' }),
  server_memory_mb: wholeNumber.pipe(z.number().min(0).max(100_000_000)).default(4096).meta({
    description:
      "Memory that a Jupyter server may take with all its kernels, where its configuration doesn't say, MB; 0: as much as there is. At least 512.",
  }),
  server_cores: z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d+(\.\d+)?$/)
          .transform(Number),
      ],
      'please write a number',
    )
    .pipe(z.number().min(0).max(1024))
    .default(2)
    .meta({
      description:
        "Cores that a Jupyter server may use with all its kernels, where its configuration doesn't say; 0: as many as there are.",
    }),
  server_start_limit: wholeNumber.pipe(z.number().min(1).max(1000)).optional().meta({
    description:
      'How many Jupyter servers may be starting at the same time, half of them for one user at most; others wait in a queue. Default: as many as the machine has cores, but at least 2.',
  }),
  notebook_runs_kept: wholeNumber
    .pipe(z.number().min(1).max(100_000))
    .default(1000)
    .meta({ description: 'So many runs of notebooks of each member in a project are remembered, the newest.' }),
  session_start_timeout_seconds: wholeNumber
    .pipe(z.number().min(5).max(3600))
    .default(300)
    .meta({ description: 'How long a Spark driver may take to become ready.' }),
  session_idle_timeout_seconds: wholeNumber.pipe(z.number().min(0).max(10_000_000)).default(28_800).meta({
    description:
      'How long a Spark session may be idle before it is stopped, unless its request says otherwise; 0: for ever. One that runs something is not idle.',
  }),
  session_start_limit: wholeNumber.pipe(z.number().min(1).max(1000)).default(20).meta({
    description:
      'How many Spark drivers may be starting at the same time, half of them for one user at most; a request for one more is refused.',
  }),
  livy_requested_by: yesOrNo.default(false).meta({
    description: 'Whether Livy clients have to send the header X-Requested-By with all but reads: true or false.',
  }),
  livy_allowed: addresses.optional().meta({
    description:
      'Addresses at which owners of projects may use a Livy of their own instead of Emberlab’s drivers, a comma between them: a host, *.domain, an IP address, a network such as 10.0.0.0/8, or * for any; with https:// before or :port behind it, only those. Administrators may set others too. Link-local addresses and those of cloud metadata are never asked.',
  }),
  session_warm_start: yesOrNo.default(true).meta({
    description:
      'Whether a Spark driver is started ahead for each Jupyter server that runs with Spark, so that the first notebook finds it ready: true or false.',
  }),
  session_warm_idle_minutes: wholeNumber
    .pipe(z.number().min(1).max(1440))
    .default(15)
    .meta({ description: 'A driver that was started ahead and that nobody takes for so long is stopped.' }),
  session_warm_memory_mb: wholeNumber.pipe(z.number().min(0).max(100_000_000)).optional().meta({
    description: "Memory that all drivers started ahead may take together, MB. Default: a quarter of the machine's.",
  }),
  statement_output_limit_mb: wholeNumber
    .pipe(z.number().min(1).max(1024))
    .default(16)
    .meta({ description: 'Text that one statement may print before the rest is cut, MB.' }),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .meta({ description: "How much Emberlab's own log says." }),
});
type Settings = z.infer<typeof settingsSchema>;

/** The settings, compiled: nothing is optional, paths are absolute, and only this type travels. */
export type Config = {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** e.g. `http://localhost:8080` */
  readonly publicOrigin: string;
  /** e.g. `http://{id}.localhost:8080` */
  readonly appsOrigin: string;
  readonly sparkHome: string;
  readonly sparkMaster: string;
  /** the address of the agents' socket, as drivers see it */
  readonly agentUrl: string;
  readonly javaHome: string | null;
  readonly classArchive: boolean;
  readonly driverJavaOptions: string;
  readonly sparkrLibrary: string | null;
  readonly python: string;
  readonly serverStartTimeoutMs: number;
  /** of each member in a project */
  readonly serverLogsKept: number;
  /** a log that is longer is cut */
  readonly serverLogBytes: number;
  /** of a server whose configuration doesn't say; null: no limit */
  readonly serverLimits: { readonly memoryMb: number | null; readonly cores: number | null };
  /** servers that may be starting at the same time */
  readonly serverStartLimit: number;
  /** of each member in a project */
  readonly notebookRunsKept: number;
  readonly serverTime: {
    readonly hours: number;
    readonly mostHours: number;
    readonly mayBeUnlimited: boolean;
    /** 0: an idle server goes on */
    readonly idleMinutes: number;
  };
  readonly sessionStartTimeoutMs: number;
  /** 0: for ever */
  readonly sessionIdleTimeoutMs: number;
  /** drivers that may be starting at the same time */
  readonly sessionStartLimit: number;
  readonly livyRequestedBy: boolean;
  /** rules for `compileReach` */
  readonly livyAllowed: readonly string[];
  readonly statementOutputLimitBytes: number;
  /** drivers that are started before anyone asks */
  readonly sessionsAhead: { readonly enabled: boolean; readonly idleMs: number; readonly budgetBytes: number };
  readonly logLevel: Settings['log_level'];
  readonly paths: Paths;
};

/** Where things lie in the data folder. */
export type Paths = {
  readonly database: string;
  /** seals what has to be read again */
  readonly secretsKey: string;
  /** sockets of the running platform; short, because a socket's path has at most 107 bytes */
  readonly run: string;
  readonly controlSocket: string;
  readonly edgeSocket: string;
  readonly agentSocket: string;
  readonly tunnelSocket: string;
  readonly projects: string;
  readonly environments: string;
  readonly servers: string;
  readonly sessions: string;
  readonly batches: string;
  /** files that were handed in for sessions */
  readonly uploads: string;
  readonly tools: string;
  readonly logs: string;
};

/** JupyterLab and one kernel do not come up with less. */
const leastMemoryMb = 512;

/** Settings that can't be used; `problems` has one sentence for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Listening on all addresses or on loopback, we are reached as localhost too; elsewhere nobody can guess the name. */
const reachedAsLocalhost = (host: string): boolean => ['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'].includes(host);

const expandHome = (path: string): string => resolve(path.replace(/^~(?=\/|$)/, homedir()));

/** Reads the settings. Throws a `ConfigError` that names every problem at once. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  overrides: Partial<Record<keyof Settings, string>> = {},
): Config {
  const fromEnv: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (
      name.startsWith('EMBERLAB_') &&
      !name.startsWith('EMBERLAB_TEST_') &&
      !name.startsWith('EMBERLAB_BENCH_') &&
      value !== undefined &&
      value !== ''
    ) {
      fromEnv[name.slice('EMBERLAB_'.length).toLowerCase()] = value;
    }
  }
  if (overrides.data === '') throw new ConfigError(["--data can't be empty: please name a folder."]);
  const dataDir = expandHome(overrides.data ?? fromEnv['data'] ?? '~/.emberlab');
  const file = join(dataDir, 'emberlab.toml');
  const parsed = settingsSchema.safeParse({ ...readToml(file), ...fromEnv, ...overrides, data: dataDir });
  if (!parsed.success) {
    const source = (key: string) =>
      key in overrides ? `--${key}` : key in fromEnv ? `EMBERLAB_${key.toUpperCase()}` : `${key} in ${file}`;
    throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, source)));
  }
  if (parsed.data.public_url === undefined && !reachedAsLocalhost(parsed.data.host)) {
    throw new ConfigError([
      `With host = ${parsed.data.host} please set public_url and apps_url as well: under which names do browsers reach Emberlab and its servers?`,
    ]);
  }
  if (parsed.data.server_memory_mb > 0 && parsed.data.server_memory_mb < leastMemoryMb) {
    throw new ConfigError([
      `server_memory_mb (${parsed.data.server_memory_mb}) is too little for JupyterLab: please give it ${leastMemoryMb} or more, or 0 for no limit.`,
    ]);
  }
  if (parsed.data.server_max_hours < parsed.data.server_hours) {
    throw new ConfigError([
      `server_max_hours (${parsed.data.server_max_hours}) can't be less than server_hours (${parsed.data.server_hours}).`,
    ]);
  }
  return compile(parsed.data);
}

function readToml(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
      return {};
    throw new ConfigError([`${file} can't be read: ${(error as Error).message}.`]);
  }
  try {
    return parseToml(text);
  } catch (error) {
    throw new ConfigError([`${file} is not valid TOML: ${(error as Error).message.split('\n')[0]}.`]);
  }
}

/** A problem as a sentence; `named` tells where a setting was given. */
function describe(issue: z.core.$ZodIssue, named: (key: string) => string): string {
  const known = Object.keys(settingsSchema.shape).join(', ');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${named(key)} is not a setting. The settings are: ${known}.`).join('\n');
  }
  return `${named(String(issue.path[0]))} can't be used: ${issue.message}.`;
}

function compile(settings: Settings): Config {
  const { data: dataDir, port } = settings;
  const publicOrigin = settings.public_url ?? `http://localhost:${port}`;
  const run = join(dataDir, 'run');
  const tools = join(dataDir, 'tools');
  const agentSocket = join(run, 'agent.sock');
  return {
    dataDir,
    host: settings.host,
    port,
    publicOrigin,
    appsOrigin: settings.apps_url ?? publicOrigin.replace('://', '://{id}.'),
    sparkHome: settings.spark_home === undefined ? join(tools, 'spark') : expandHome(settings.spark_home),
    sparkMaster: settings.spark_master,
    agentUrl: settings.agent_url ?? `unix:${agentSocket}`,
    javaHome: settings.java_home === undefined ? null : expandHome(settings.java_home),
    classArchive: settings.class_archive,
    driverJavaOptions: settings.driver_java_options,
    sparkrLibrary: settings.sparkr === undefined ? null : expandHome(settings.sparkr),
    python: settings.python ?? 'python3',
    serverStartTimeoutMs: settings.server_start_timeout_seconds * 1000,
    serverLogsKept: settings.server_logs_kept,
    serverLogBytes: settings.server_log_mb * 1024 ** 2,
    serverLimits: {
      memoryMb: settings.server_memory_mb === 0 ? null : settings.server_memory_mb,
      cores: settings.server_cores === 0 ? null : settings.server_cores,
    },
    serverStartLimit: settings.server_start_limit ?? Math.max(2, availableParallelism()),
    notebookRunsKept: settings.notebook_runs_kept,
    serverTime: {
      hours: settings.server_hours,
      mostHours: settings.server_max_hours,
      mayBeUnlimited: settings.server_no_limit,
      idleMinutes: settings.server_idle_minutes,
    },
    sessionStartTimeoutMs: settings.session_start_timeout_seconds * 1000,
    sessionIdleTimeoutMs: settings.session_idle_timeout_seconds * 1000,
    sessionStartLimit: settings.session_start_limit,
    livyRequestedBy: settings.livy_requested_by,
    livyAllowed: settings.livy_allowed ?? [],
    sessionsAhead: {
      enabled: settings.session_warm_start,
      idleMs: settings.session_warm_idle_minutes * 60_000,
      budgetBytes:
        settings.session_warm_memory_mb === undefined
          ? Math.floor(totalmem() / 4)
          : settings.session_warm_memory_mb * 1024 ** 2,
    },
    statementOutputLimitBytes: settings.statement_output_limit_mb * 1024 * 1024,
    logLevel: settings.log_level,
    paths: {
      database: join(dataDir, 'emberlab.db'),
      secretsKey: join(dataDir, 'secrets.key'),
      run,
      controlSocket: join(run, 'control.sock'),
      edgeSocket: join(run, 'edge.sock'),
      agentSocket,
      tunnelSocket: join(run, 'tunnel.sock'),
      projects: join(dataDir, 'projects'),
      environments: join(dataDir, 'environments'),
      servers: join(dataDir, 'servers'),
      sessions: join(dataDir, 'sessions'),
      batches: join(dataDir, 'batches'),
      uploads: join(dataDir, 'uploads'),
      tools,
      logs: join(dataDir, 'logs'),
    },
  };
}
