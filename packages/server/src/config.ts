import { readFileSync } from 'node:fs';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { z } from 'zod';

import type { EngineSettings } from './engine-settings.ts';
import type { OpenIdSettings } from './features/users/openid/settings.ts';
import type { SettingInEffect } from '@emberlab/contract';
import { readSender, readSmtpUrl, type MailSettings } from './lib/smtp-settings.ts';
import { compileProfiles, profileContradictions } from './profile-settings.ts';
import { settingsInEffect } from './settings-in-effect.ts';
import { settingsSchema, type Settings } from './settings.ts';
import type { FilesSettings } from './files-settings.ts';
import { originFor, type DockerOptions } from './spawners/docker/settings.ts';
import type { KubernetesOptions } from './spawners/kubernetes/settings.ts';
import type { Profile } from './spawners/profile.ts';

/** The settings, compiled: nothing is optional, paths are absolute, and only this type travels. */
export type Config = {
  readonly dataDir: string;
  /** of PostgreSQL, with its password; null: SQLite in the data folder */
  readonly databaseUrl: string | null;
  readonly databaseConnections: number;
  /** several processes of ours serve this data folder, on this machine */
  readonly replicas: boolean;
  readonly host: string;
  readonly port: number;
  /** e.g. `http://localhost:8080` */
  readonly publicOrigin: string;
  /** e.g. `http://{id}.localhost:8080` */
  readonly appsOrigin: string;
  /** null: this port speaks plain HTTP */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** addresses and networks, for `compileNetworks` */
  readonly trustedProxies: readonly string[];
  readonly sparkHome: string;
  readonly sparkMaster: string;
  /** clusters beside it */
  readonly engines: readonly EngineSettings[];
  /** the name of one of them, or `local` */
  readonly defaultEngine: string;
  /** the address of the agents' socket, as drivers see it */
  readonly agentUrl: string;
  readonly javaHome: string | null;
  readonly classArchive: boolean;
  readonly driverJavaOptions: string;
  readonly sparkrLibrary: string | null;
  readonly python: string;
  /** of logins in browsers */
  readonly loginLimits: { readonly idleMs: number; readonly mostMs: number };
  /** null: people log in with passwords alone */
  readonly openId: OpenIdSettings | null;
  /** how Jupyter servers run in containers; null: they don't */
  readonly docker: DockerOptions | null;
  /** where the files of projects are; null: in the data folder */
  readonly files: FilesSettings | null;
  /** of the object store with them */
  readonly filesKeys: { readonly accessKey: string; readonly secretKey: string } | null;
  /** how Jupyter servers run as Pods; null: they don't */
  readonly kubernetes: KubernetesOptions | null;
  /** what members may choose servers to run in, the default first; empty: all run in what the spawner has */
  readonly profiles: readonly Profile[];
  /** an origin under which servers elsewhere reach us; null: all are on this machine */
  readonly innerOrigin: string | null;
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
  /** runs of jobs that may run at the same time */
  readonly jobRunLimit: number;
  /** runs that have ended: of each job, and for how long; null: for ever */
  readonly runsKept: { readonly most: number; readonly ms: number | null };
  /** how long ended ones stay */
  readonly sessionKeptMs: number;
  /** 0: there are no event logs */
  readonly sessionEventLogBytes: number;
  /** Spark UIs of finished applications */
  readonly sessionHistory: { readonly limit: number; readonly idleMs: number };
  readonly livyRequestedBy: boolean;
  /** rules for `compileReach` */
  readonly livyAllowed: readonly string[];
  readonly statementOutputLimitBytes: number;
  /** drivers that are started before anyone asks */
  readonly sessionsAhead: { readonly enabled: boolean; readonly idleMs: number; readonly budgetBytes: number };
  /** null: no e-mail is sent */
  readonly mail: MailSettings | null;
  /** rules for `compileReach`: where webhooks may be, beside the public internet */
  readonly alertsAllowed: readonly string[];
  /** null: for ever */
  readonly auditKeptMs: number | null;
  /** null: /metrics is for this machine alone */
  readonly metricsToken: string | null;
  readonly isolation: Settings['isolation'];
  /** numbers of the machine's users and groups that are ours to give */
  readonly unixIds: { readonly first: number; readonly last: number };
  /** of a member in a project; null: no limit */
  readonly memberProcesses: number | null;
  readonly logLevel: Settings['log_level'];
  readonly paths: Paths;
  /** where settings can be written down */
  readonly settingsFile: string;
  /** what administrators are shown of them */
  readonly settings: readonly SettingInEffect[];
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
  /** sockets of control planes that answer reads and lead nothing */
  readonly readers: string;
  readonly agentSocket: string;
  readonly tunnelSocket: string;
  readonly projects: string;
  readonly environments: string;
  /** lists of names of package indexes, fetched again when they are missing */
  readonly indexNames: string;
  readonly servers: string;
  readonly sessions: string;
  readonly batches: string;
  /** what runs of jobs write that are no Spark programs */
  readonly runs: string;
  /** files that were handed in for sessions */
  readonly uploads: string;
  readonly tools: string;
  readonly logs: string;
  /** copies of the database from before upgrades */
  readonly upgrades: string;
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
  const fromFile = readToml(file);
  const parsed = settingsSchema.safeParse({ ...fromFile, ...fromEnv, ...overrides, data: dataDir });
  if (!parsed.success) {
    const source = (key: string) =>
      key in overrides ? `--${key}` : key in fromEnv ? `EMBERLAB_${key.toUpperCase()}` : `${key} in ${file}`;
    throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, source)));
  }
  const problems = [...contradictions(parsed.data)];
  if (problems.length > 0) throw new ConfigError(problems);
  const config = { ...compile(parsed.data), settingsFile: file };
  const sourceOf = (name: string): SettingInEffect['source'] =>
    name in overrides ? 'argument' : name in fromEnv ? 'environment' : name in fromFile ? 'file' : 'default';
  return { ...config, settings: settingsInEffect(parsed.data, chosenIn(config), sourceOf) };
}

/** What counts where these are not given. */
const chosenIn = (config: Omit<Config, 'settings'>): Partial<Record<keyof Settings, string | number>> => ({
  public_url: config.publicOrigin,
  apps_url: config.appsOrigin,
  spark_home: config.sparkHome,
  agent_url: config.agentUrl,
  python: config.python,
  server_start_limit: config.serverStartLimit,
  session_warm_memory_mb: Math.floor(config.sessionsAhead.budgetBytes / 1024 ** 2),
});

/** Settings of which each can be, but not with the others. */
function* contradictions(settings: Settings): Generator<string> {
  const { host, public_url: publicUrl, apps_url: appsUrl, tls_cert: cert, tls_key: key } = settings;
  if (publicUrl === undefined && !reachedAsLocalhost(host)) {
    yield `With host = ${host} please set public_url and apps_url as well: under which names do browsers reach Emberlab and its servers?`;
  }
  if (settings.replicas && settings.database_url === undefined) {
    yield 'replicas needs a database that several processes can work with: please set database_url as well.';
  }
  if ((cert === undefined) !== (key === undefined)) {
    yield `TLS needs both files: please set ${cert === undefined ? 'tls_cert' : 'tls_key'} as well.`;
  }
  if (cert !== undefined && publicUrl?.startsWith('http:') === true) {
    yield `With tls_cert Emberlab speaks https, and public_url (${publicUrl}) begins with http: please write https.`;
  }
  const secure = publicUrl === undefined ? cert !== undefined : publicUrl.startsWith('https:');
  if (appsUrl !== undefined && appsUrl.startsWith('https:') !== secure) {
    yield `apps_url (${appsUrl}) has to begin with ${secure ? 'https' : 'http'}, as the dashboard's address does: browsers would keep one from the other.`;
  }
  if (appsUrl !== undefined && publicUrl !== undefined && covers(appsUrl, publicUrl)) {
    yield `The dashboard's own address (${publicUrl}) is one of those that apps_url (${appsUrl}) gives to servers, where users' code runs. Please give it a name outside.`;
  }
  if (settings.server_memory_mb > 0 && settings.server_memory_mb < leastMemoryMb) {
    yield `server_memory_mb (${settings.server_memory_mb}) is too little for JupyterLab: please give it ${leastMemoryMb} or more, or 0 for no limit.`;
  }
  if ((settings.smtp_url === undefined) !== (settings.smtp_from === undefined)) {
    yield 'smtp_url and smtp_from belong together: please set both, or neither.';
  }
  if ((settings.oidc_issuer === undefined) !== (settings.oidc_client_id === undefined)) {
    yield 'oidc_issuer and oidc_client_id belong together: please set both, or neither.';
  }
  const { first, last } = rangeOf(settings.unix_ids);
  if (first < 1000 || last <= first || last > 2_147_483_646) {
    yield `unix_ids (${settings.unix_ids}) can't be used: please give two numbers from 1000 to 2147483646, the smaller one first.`;
  }
  const engines = ['local', ...(settings.engines ?? []).map(({ name }) => name)];
  if (!engines.includes(settings.default_engine)) {
    yield `default_engine (${settings.default_engine}) is none of the engines: ${engines.join(', ')}.`;
  }
  const hasKeys = settings.files_access_key !== undefined && settings.files_secret_key !== undefined;
  if (settings.files?.type === 's3' && !hasKeys) {
    yield 'files is an object store, so files_access_key and files_secret_key are needed.';
  }
  if (settings.files !== undefined && settings.spawner !== 'local') {
    yield 'files can be elsewhere only while spawner is local: Jupyter servers in containers and Pods have the folder of the project.';
  }
  if (settings.spawner === 'docker' && settings.docker === undefined) {
    yield 'With spawner = docker please write the table [docker] as well: which image do Jupyter servers run in?';
  }
  if (settings.spawner === 'docker' && settings.docker?.controlUrl === null && isLoopback(settings.host)) {
    yield `With spawner = docker containers have to reach Emberlab, which listens on ${settings.host}: please set host to 0.0.0.0, or control_url in the table [docker].`;
  }
  if (settings.spawner === 'docker' && settings.docker?.controlUrl === null && settings.tls_cert !== undefined) {
    yield 'With spawner = docker and tls_cert please set control_url in the table [docker]: under which name of the certificate do containers reach Emberlab?';
  }
  if (settings.spawner === 'kubernetes' && settings.kubernetes === undefined) {
    yield 'With spawner = kubernetes please write the table [kubernetes] as well: where do Jupyter servers run?';
  }
  if (settings.spawner === 'kubernetes' && settings.isolation !== 'off') {
    yield 'With spawner = kubernetes please set isolation = off: Pods run as the user that Emberlab is, and are kept from one another by the cluster.';
  }
  yield* profileContradictions(settings.spawner_profiles ?? [], settings.spawner);
  if ((settings.engines ?? []).some(({ type }) => type === 'kubernetes') && settings.isolation !== 'off') {
    yield 'With an engine of the type kubernetes please set isolation = off: Pods run as the user that Emberlab is, and are kept from one another by the cluster.';
  }
  if (settings.server_max_hours < settings.server_hours) {
    yield `server_max_hours (${settings.server_max_hours}) can't be less than server_hours (${settings.server_hours}).`;
  }
}

const isLoopback = (host: string): boolean => /^(localhost|127\.|::1$|\[::1\]$)/.test(host);

/** Whether an address is what a template makes of some id. */
function covers(template: string, address: string): boolean {
  const [before = '', after = ''] = template.toLowerCase().split('{id}');
  const name = address.toLowerCase();
  const id = name.slice(before.length, name.length - after.length);
  return name.startsWith(before) && name.endsWith(after) && /^[a-z0-9-]+$/.test(id);
}

function rangeOf(text: string): { first: number; last: number } {
  const [first = 0, last = 0] = text.split('-').map(Number);
  return { first, last };
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

function compileOpenId(settings: Settings): OpenIdSettings | null {
  if (settings.oidc_issuer === undefined || settings.oidc_client_id === undefined) return null;
  const { oidc_client_secret_file: secretFile } = settings;
  return {
    issuer: settings.oidc_issuer,
    clientId: settings.oidc_client_id,
    clientSecretFile: secretFile === undefined ? null : expandHome(secretFile),
    label: settings.oidc_label,
    scopes: settings.oidc_scopes,
    groupsClaim: settings.oidc_groups_claim,
    roles: settings.oidc_roles ?? [],
    domains: settings.oidc_domains ?? null,
    signUp: settings.oidc_sign_up,
  };
}

function filesKeysOf({ files_access_key: accessKey, files_secret_key: secretKey }: Settings): Config['filesKeys'] {
  return accessKey === undefined || secretKey === undefined ? null : { accessKey, secretKey };
}

function compileMail({ smtp_url: url, smtp_from: from }: Settings): MailSettings | null {
  const server = url === undefined ? null : readSmtpUrl(url);
  const sender = from === undefined ? null : readSender(from);
  return server === null || sender === null ? null : { ...server, from: sender };
}

function compile(settings: Settings): Omit<Config, 'settingsFile' | 'settings'> {
  const { data: dataDir, port } = settings;
  const { tls_cert: cert, tls_key: key } = settings;
  const publicOrigin = settings.public_url ?? `${cert === undefined ? 'http' : 'https'}://localhost:${port}`;
  const run = join(dataDir, 'run');
  const tools = join(dataDir, 'tools');
  const agentSocket = join(run, 'agent.sock');
  const docker = settings.spawner === 'docker' ? (settings.docker ?? null) : null;
  const kubernetes = settings.spawner === 'kubernetes' ? kubernetesOf(settings) : null;
  const serverLimits = {
    memoryMb: settings.server_memory_mb === 0 ? null : settings.server_memory_mb,
    cores: settings.server_cores === 0 ? null : settings.server_cores,
  };
  return {
    dataDir,
    files: settings.files ?? null,
    filesKeys: filesKeysOf(settings),
    databaseUrl: settings.database_url ?? null,
    databaseConnections: settings.database_connections,
    replicas: settings.replicas,
    host: settings.host,
    port,
    publicOrigin,
    appsOrigin: settings.apps_url ?? publicOrigin.replace('://', '://{id}.'),
    tls: cert === undefined || key === undefined ? null : { cert: expandHome(cert), key: expandHome(key) },
    trustedProxies: settings.trusted_proxies ?? [],
    sparkHome: settings.spark_home === undefined ? join(tools, 'spark') : expandHome(settings.spark_home),
    sparkMaster: settings.spark_master,
    engines: (settings.engines ?? []).map((engine) =>
      'kubeconfig' in engine && engine.kubeconfig !== null
        ? { ...engine, kubeconfig: expandHome(engine.kubeconfig) }
        : engine,
    ),
    docker,
    kubernetes,
    profiles: compileProfiles(settings.spawner_profiles ?? [], {
      image: docker?.image ?? kubernetes?.image ?? '',
      gives: serverLimits,
    }),
    innerOrigin: docker === null ? (kubernetes?.controlUrl ?? null) : originFor(docker, port),
    defaultEngine: settings.default_engine,
    agentUrl: settings.agent_url ?? `unix:${agentSocket}`,
    javaHome: settings.java_home === undefined ? null : expandHome(settings.java_home),
    classArchive: settings.class_archive,
    driverJavaOptions: settings.driver_java_options,
    sparkrLibrary: settings.sparkr === undefined ? null : expandHome(settings.sparkr),
    python: settings.python ?? 'python3',
    loginLimits: { idleMs: settings.login_idle_hours * 3_600_000, mostMs: settings.login_hours * 3_600_000 },
    openId: compileOpenId(settings),
    serverStartTimeoutMs: settings.server_start_timeout_seconds * 1000,
    serverLogsKept: settings.server_logs_kept,
    serverLogBytes: settings.server_log_mb * 1024 ** 2,
    serverLimits,
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
    jobRunLimit: settings.job_run_limit,
    runsKept: {
      most: settings.runs_kept,
      ms: settings.run_kept_days === 0 ? null : settings.run_kept_days * 86_400_000,
    },
    sessionKeptMs: settings.session_kept_days * 86_400_000,
    sessionEventLogBytes: settings.session_event_log_mb * 1024 ** 2,
    sessionHistory: {
      limit: settings.session_history_limit,
      idleMs: settings.session_history_idle_minutes * 60_000,
    },
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
    mail: compileMail(settings),
    alertsAllowed: settings.alerts_allow ?? [],
    auditKeptMs: settings.audit_days === 0 ? null : settings.audit_days * 86_400_000,
    metricsToken: settings.metrics_token ?? null,
    isolation: settings.isolation,
    unixIds: rangeOf(settings.unix_ids),
    memberProcesses: settings.member_processes === 0 ? null : settings.member_processes,
    logLevel: settings.log_level,
    paths: {
      database: join(dataDir, 'emberlab.db'),
      secretsKey: join(dataDir, 'secrets.key'),
      run,
      controlSocket: join(run, 'control.sock'),
      edgeSocket: join(run, 'edge.sock'),
      readers: join(run, 'readers'),
      agentSocket,
      tunnelSocket: join(run, 'tunnel.sock'),
      projects: join(dataDir, 'projects'),
      environments: join(dataDir, 'environments'),
      indexNames: join(dataDir, 'index-names'),
      servers: join(dataDir, 'servers'),
      sessions: join(dataDir, 'sessions'),
      batches: join(dataDir, 'batches'),
      runs: join(dataDir, 'runs'),
      uploads: join(dataDir, 'uploads'),
      tools,
      logs: join(dataDir, 'logs'),
      upgrades: join(dataDir, 'upgrades'),
    },
  };
}

function kubernetesOf({ kubernetes }: Settings): KubernetesOptions | null {
  if (kubernetes === undefined) return null;
  return { ...kubernetes, kubeconfig: kubernetes.kubeconfig === null ? null : expandHome(kubernetes.kubeconfig) };
}
