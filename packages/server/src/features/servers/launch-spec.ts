import { delimiter, dirname, join } from 'node:path';
import { nameOfEntry, parseEnvironment, type Configuration, type PythonConfiguration } from '@emberlab/contract';
import type { ServerLimits, ServerOwner, ServerPlaces, ServerSpec } from '../../spawners/spawner.ts';
import { jupyterConfig, proxySecretFile } from './jupyter-config.ts';
import { sparklessConfig, sparkmagicConfig } from './sparkmagic-config.ts';

export type LaunchOptions = {
  readonly owner: ServerOwner;
  readonly places: ServerPlaces;
  readonly configuration: Configuration;
  readonly limits: ServerLimits;
  readonly projectName: string;
  readonly projectFolder: string;
  /** the environment's Python, absolute */
  readonly python: string;
  /** origin under which kernels reach the Livy gateway */
  readonly gatewayOrigin: string;
  /** origin under which browsers reach this server */
  readonly origin: string;
  /** what the proxy says to be let in */
  readonly proxySecret: string;
  /** what opens the gateway; null: without Spark there is nothing to open */
  readonly gatewayToken: string | null;
  /** how long a session's driver may take to come up, ms */
  readonly sessionStartTimeoutMs: number;
  /** whether drivers can run R */
  readonly hasSparkR: boolean;
  /** the folder of the platform's own extensions for JupyterLab, absolute */
  readonly labExtensions: string;
  /** the platform's own environment: some of it is handed on */
  readonly platformEnv: Readonly<Record<string, string | undefined>>;
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

/** What to run for a server, with its files and its whole environment. */
export function launchSpec(options: LaunchOptions): ServerSpec {
  const { owner, places, configuration, projectFolder, python } = options;
  const { origin, sessionStartTimeoutMs, hasSparkR, labExtensions } = options;
  const sparkmagicFolder = join(places.folder, 'sparkmagic');
  const gateway = `${options.gatewayOrigin}/livy/${options.projectName}`;
  const tokenFile = join(sparkmagicFolder, 'token');
  const pythonOnly = configuration.type === 'python' ? ofPython(configuration, options) : { env: {}, links: {} };
  return {
    ...owner,
    limits: options.limits,
    file: python,
    // -I: the project's folder is not on the server's import path
    args: ['-I', '-m', 'emberlab_jupyter.server', `--config=${join(places.folder, 'jupyter_server_config.json')}`],
    cwd: projectFolder,
    env: {
      ...handedOn(options.platformEnv),
      ...pythonOnly.env,
      PATH: [dirname(python), options.platformEnv['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter),
      VIRTUAL_ENV: dirname(dirname(python)),
      HOME: places.home,
      SHELL: '/bin/bash',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      PYTHONNOUSERSITE: '1',
      JUPYTER_CONFIG_DIR: join(places.home, '.jupyter'),
      JUPYTER_DATA_DIR: join(places.home, '.local/share/jupyter'),
      JUPYTER_RUNTIME_DIR: places.runtime,
      IPYTHONDIR: join(places.home, '.ipython'),
      MPLCONFIGDIR: join(places.home, '.config/matplotlib'),
      SPARKMAGIC_CONF_DIR: sparkmagicFolder,
      EMBER_TOKEN_FILE: tokenFile,
      EMBER_PROJECT_FOLDER: projectFolder,
    },
    files: {
      'jupyter_server_config.json': json(
        jupyterConfig({ places, projectFolder, origin, type: configuration.type, hasSparkR, labExtensions }),
      ),
      [proxySecretFile]: options.proxySecret,
      'sparkmagic/config.json': json(
        configuration.type === 'spark'
          ? sparkmagicConfig({ gateway, configuration, projectFolder, folder: sparkmagicFolder, sessionStartTimeoutMs })
          : sparklessConfig(),
      ),
      ...(options.gatewayToken === null ? {} : { 'sparkmagic/token': options.gatewayToken }),
    },
    // sparkmagic writes its log beside its settings.
    folders: ['sparkmagic', 'runtime'],
    links: pythonOnly.links,
  };
}

/** The folder with the files of a configuration, in the server's. */
const filesFolder = 'files';

/** What the type `python` gives a server: variables, and files in a folder that Python imports from. Only kernels and terminals look at `PYTHONPATH`. */
function ofPython(
  { environment, files }: PythonConfiguration,
  { places, projectFolder }: Pick<LaunchOptions, 'places' | 'projectFolder'>,
): { env: Record<string, string>; links: Record<string, string> } {
  const variables = Object.fromEntries(parseEnvironment(environment).variables);
  if (files.length === 0) return { env: variables, links: {} };
  const links = files.map((path) => [`${filesFolder}/${nameOfEntry(path)}`, join(projectFolder, path)] as const);
  const folder = join(places.folder, filesFolder);
  const packed = links.filter(([name]) => /\.(zip|egg)$/i.test(name)).map(([name]) => join(places.folder, name));
  return {
    env: { ...variables, EMBER_FILES: folder, PYTHONPATH: [folder, ...packed].join(delimiter) },
    links: Object.fromEntries(links),
  };
}

/** What people's code needs to know of the machine: the way to the network, and the time zone. */
const names = ['TZ', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE'];

function handedOn(platformEnv: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of [...names, ...names.map((one) => one.toLowerCase())]) {
    const value = platformEnv[name];
    if (value !== undefined) env[name] = value;
  }
  // The gateway is on this machine, whatever the way to other ones is.
  const direct = ['localhost', '127.0.0.1', platformEnv['NO_PROXY'] ?? platformEnv['no_proxy']];
  const list = direct.filter((one) => one !== undefined && one !== '').join(',');
  return { ...env, NO_PROXY: list, no_proxy: list };
}

/** Where kernels on this machine reach what listens on `host`: by itself, or by the loopback address when it listens everywhere. */
export function gatewayOrigin({ host, port }: { host: string; port: number }): string {
  const everywhere = ['0.0.0.0', '::', '[::]', 'localhost'];
  const name = everywhere.includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`;
}
