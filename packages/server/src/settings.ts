import { engineName, projectName, role } from '@emberlab/contract';
import { z } from 'zod';
import { dockerSetting } from './docker-settings.ts';
import { filesSetting } from './files-settings.ts';
import { enginesSetting } from './engine-settings.ts';
import { kubernetesSetting } from './kubernetes-settings.ts';
import { compileNetworks } from './lib/addresses.ts';
import { compileReach } from './lib/reach.ts';
import { readSender, readSmtpUrl } from './lib/smtp-settings.ts';
import { profilesSetting } from './profile-settings.ts';

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
/** `GROUP=PROJECT:ROLE`, several of them with commas between. A group's own name may have any of these signs but the comma. */
const groupRoles = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(',').filter((part) => part.trim() !== ''))])
  .transform((rules, context) =>
    rules.map((rule) => {
      const [, group = '', project = '', named = ''] = /^(.+)=([^=:]+):(\w+)$/.exec(rule.trim()) ?? [];
      const to = z.object({ project: projectName, role }).safeParse({ project, role: named });
      if (to.success) return { group, ...to.data };
      context.addIssue(`please write GROUP=PROJECT:ROLE instead of ${rule.trim()}`);
      return z.NEVER;
    }),
  );
const networks = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(',').filter((part) => part.trim() !== ''))])
  .transform((list, context) => {
    try {
      compileNetworks(list);
    } catch (error) {
      context.addIssue((error as Error).message);
    }
    return list.map((network) => network.trim());
  });
const origin = z
  .string()
  .regex(/^https?:\/\/[^/\s]+$/, 'please write an origin without a path, such as https://emberlab.example.org');

function isPostgresUrl(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return protocol === 'postgres:' || protocol === 'postgresql:';
  } catch {
    return false;
  }
}

/**
 * Every setting: as `EMBERLAB_<NAME>` in the environment, or in lower case in `emberlab.toml` in the data folder. The environment wins.
 * `docs/reference/settings.md` is made from this schema; `./test checks` compares the two. `secret` in `meta` marks those whose value nobody is shown.
 */
export const settingsSchema = z.strictObject({
  data: z
    .string()
    .min(1)
    .default('~/.emberlab')
    .meta({ description: 'Folder for everything that Emberlab keeps. Only by environment or option.' }),
  database_url: z
    .string()
    .refine(
      isPostgresUrl,
      'please write postgres://USER:PASSWORD@HOST:PORT/NAME, with signs such as @ and / in the password as %40 and %2F',
    )
    .optional()
    .meta({
      secret: true,
      description:
        'A database of PostgreSQL to use: postgres://USER:PASSWORD@HOST:PORT/NAME. Default: a file of SQLite in the data folder.',
    }),
  database_connections: wholeNumber
    .pipe(z.number().min(2).max(200))
    .default(10)
    .meta({ description: 'Connections to PostgreSQL that are open at the same time, at most.' }),
  replicas: yesOrNo.default(false).meta({
    description:
      'Whether several ./start may serve this data folder on this machine at once, at the same port: one of them leads, the others answer reads and take over when it ends. Needs database_url; the same for each of them.',
  }),
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
  tls_cert: z.string().min(1).optional().meta({
    description:
      'File with the certificate in PEM, those that lead to its root behind it; it has to name the hosts of public_url and apps_url. With it Emberlab speaks TLS itself. A renewed file is read within seconds.',
  }),
  tls_key: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'File with its private key in PEM, without a passphrase.' }),
  trusted_proxies: networks.optional().meta({
    description:
      'Addresses of the proxies in front of Emberlab, a comma between them: IP addresses, or networks such as 10.0.0.0/8. What these say about clients in X-Forwarded-For and X-Forwarded-Proto is believed, and nobody else. Default: none.',
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
    .meta({ description: 'Where Spark runs on this machine, the engine `local`: local[*] or local[N].' }),
  engines: enginesSetting.optional().meta({
    description:
      'Clusters of Spark that configurations may name beside the engine `local`: a table [engines.NAME] for each, see the guide to engines; in the environment the same as JSON. Default: none.',
  }),
  default_engine: engineName.default('local').meta({ description: 'The engine of configurations that name none.' }),
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
        "Options for the JVM of every Spark driver, as on a shell's command line: a trust store or a proxy, say. Members can read them. Default: none.",
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
  login_idle_hours: wholeNumber.pipe(z.number().min(1).max(100_000)).default(168).meta({
    description: 'After so many hours without use a login ends. An open page of the dashboard or of Jupyter is use.',
  }),
  login_hours: wholeNumber.pipe(z.number().min(1).max(100_000)).default(336).meta({
    description: 'After so many hours a login ends in any case.',
  }),
  oidc_issuer: z
    .string()
    .regex(
      /^(https:\/\/[^\s?#]+|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/[^\s?#]*)?)$/,
      'please write the address of the provider with https://, exactly as it names itself',
    )
    .optional()
    .meta({
      description: 'The provider of OpenID Connect that people may log in through, as its issuer names itself.',
    }),
  oidc_client_id: z.string().min(1).optional().meta({ description: 'What Emberlab is called there.' }),
  oidc_client_secret_file: z.string().min(1).optional().meta({
    description: 'A file with the secret of that client. Default: none, for a client that PKCE alone protects.',
  }),
  oidc_label: z
    .string()
    .min(1)
    .max(40)
    .default('single sign-on')
    .meta({ description: 'What the provider is called on the login page.' }),
  oidc_scopes: z
    .string()
    .regex(
      /^(?=.*\bopenid\b)[\x21-\x7e]+( [\x21-\x7e]+)*$/,
      'please write scopes with spaces between them, openid among them',
    )
    .default('openid email profile')
    .meta({ description: 'The scopes that the provider is asked for; it may need another one to tell groups.' }),
  oidc_groups_claim: z
    .string()
    .min(1)
    .default('groups')
    .meta({ description: "The claim that lists somebody's groups." }),
  oidc_roles: groupRoles.optional().meta({
    description:
      'Which roles groups have in projects, a comma between them: GROUP=PROJECT:ROLE, with the role viewer, editor or owner. Given and taken at each login through the provider; what members were given by hand stays.',
  }),
  oidc_domains: z
    .union([z.array(z.string()), z.string().transform((text) => text.split(','))])
    .pipe(
      z.array(
        z
          .string()
          .trim()
          .toLowerCase()
          .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'please write whole domains, such as example.org'),
      ),
    )
    .optional()
    .meta({
      description:
        'Domains of e-mail addresses, a comma between them: only these get an account by logging in. Default: all.',
    }),
  oidc_sign_up: yesOrNo.default(true).meta({
    description: 'Whether people without an account get one by logging in through the provider: true or false.',
  }),
  files: filesSetting.optional().meta({
    description:
      'Where the files of projects are: a table [files] for HDFS or an object store, see the guide to the files of projects; in the environment the same as JSON. Default: the folder projects in the data folder, which may be on a disk that several machines share.',
  }),
  files_access_key: z.string().min(1).optional().meta({
    secret: true,
    description: 'The access key with which Emberlab reads and writes the bucket of [files].',
  }),
  files_secret_key: z.string().min(1).optional().meta({
    secret: true,
    description: 'The secret key that belongs to it. Servers, notebooks and jobs never get either.',
  }),
  spawner: z.enum(['local', 'docker', 'kubernetes']).default('local').meta({
    description:
      'What Jupyter servers run as: local (processes of this machine), docker (containers of its Docker engine, as the table [docker] says) or kubernetes (Pods of a cluster, as the table [kubernetes] says).',
  }),
  docker: dockerSetting.optional().meta({
    description:
      'How Jupyter servers run in containers: a table [docker], see the guide to Docker; in the environment the same as JSON. Default: none.',
  }),
  kubernetes: kubernetesSetting.optional().meta({
    description:
      'How Jupyter servers run as Pods: a table [kubernetes], see the guide to Kubernetes; in the environment the same as JSON. Default: none.',
  }),
  spawner_profiles: profilesSetting.optional().meta({
    description:
      'What members may choose their Jupyter servers to run in, with spawner = docker or kubernetes: a table [spawner_profiles.NAME] for each, see the guides to Docker and Kubernetes; in the environment the same as JSON. Default: none.',
  }),
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
  server_log_mb: wholeNumber.pipe(z.number().min(1).max(10_000)).default(16).meta({
    description: 'A log of a Jupyter server, a driver or a batch that is longer is cut down to its newest lines, MB.',
  }),
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
  job_run_limit: wholeNumber.pipe(z.number().min(1).max(10_000)).default(8).meta({
    description: 'How many runs of jobs may run at the same time; the others wait for their turn.',
  }),
  runs_kept: wholeNumber.pipe(z.number().min(10).max(100_000)).default(1000).meta({
    description: 'So many runs of each job that have ended are kept, the newest, with their logs.',
  }),
  run_kept_days: wholeNumber.pipe(z.number().min(0).max(3650)).default(90).meta({
    description:
      'Runs of jobs that have ended are kept for so many days, with their logs; the last 10 of each job stay longer. 0: for ever.',
  }),
  session_kept_days: wholeNumber.pipe(z.number().min(1).max(3650)).default(7).meta({
    description: 'Spark applications that have ended stay for so many days, with their log and their event log.',
  }),
  session_event_log_mb: wholeNumber.pipe(z.number().min(0).max(100_000)).default(100).meta({
    description:
      'What the event log of one Spark application may take, MB: the Spark UI of a finished application is made from it. A longer one is not kept; 0: there are none.',
  }),
  session_history_limit: wholeNumber.pipe(z.number().min(1).max(100)).default(3).meta({
    description:
      'For so many finished applications at a time the Spark UI is there, each by a process of up to 512 MB and some more; the one used last stays the longest.',
  }),
  session_history_idle_minutes: wholeNumber.pipe(z.number().min(1).max(1440)).default(15).meta({
    description: 'The Spark UI of a finished application that nobody uses for so long goes; it can be opened anew.',
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
  smtp_url: z
    .string()
    .refine(
      (text) => readSmtpUrl(text) !== null,
      'please write smtp://HOST:PORT or smtps://HOST:PORT, with USER:PASSWORD@ in front of the host where it wants a login; signs such as @ and / in the password as %40 and %2F',
    )
    .optional()
    .meta({
      secret: true,
      description:
        'The mail server that alerts are sent through: smtp://USER:PASSWORD@HOST:PORT goes over to TLS where the server can, and sends no password without; smtps:// is TLS from the beginning. Default: none, and no e-mail is sent.',
    }),
  smtp_from: z
    .string()
    .refine((text) => readSender(text) !== null, 'please write an address, or Emberlab <emberlab@example.org>')
    .optional()
    .meta({ description: 'Who e-mail is from: an address, or a name with the address in < and > behind it.' }),
  alerts_allow: addresses.optional().meta({
    description:
      'Addresses beside those of the public internet that webhooks of alerts may be at, a comma between them: a host, *.domain, an IP address or a network such as 10.0.0.0/8; with https:// before or :port behind if only that. Default: none. Link-local addresses and those of cloud metadata are never asked.',
  }),
  audit_days: wholeNumber
    .pipe(z.number().max(36_500))
    .refine((days) => days === 0 || days >= 30, 'please write 30 or more, or 0 for no end')
    .default(365)
    .meta({ description: 'Events of the audit log stay for so many days, 30 or more; 0: for ever.' }),
  metrics_token: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, 'please write 16 to 200 letters, digits or signs, without spaces')
    .optional()
    .meta({
      secret: true,
      description:
        'The bearer token with which /metrics is read. Without it only programs on this machine may, and only while public_url is an address of this machine.',
    }),
  isolation: z.enum(['auto', 'on', 'off']).default('auto').meta({
    description:
      'Whether each member of a project is a user of the machine: auto (where Emberlab runs as root and the machine lets it), on (or Emberlab does not start), or off.',
  }),
  unix_ids: z
    .string()
    .regex(/^\d{4,10}-\d{4,10}$/, 'please write two numbers, such as 700000-1999999')
    .default('700000-1999999')
    .meta({
      description:
        'The numbers that users and groups of the machine get which Emberlab makes for projects and their members. None is used twice.',
    }),
  member_processes: wholeNumber.pipe(z.number().min(0).max(4_000_000)).default(4096).meta({
    description:
      'How many processes and threads a member may have in one project, where members are users of the machine; 0: as many as it takes.',
  }),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .meta({ description: "How much Emberlab's own log says." }),
});

export type Settings = z.infer<typeof settingsSchema>;
