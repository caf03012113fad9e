import { join } from 'node:path';
import type { Configuration } from '@emberlab/contract';
import type { ServerLimits, ServerOwner, ServerPlaces, ServerSpec } from '../../spawners/spawner.ts';
import { jupyterConfig, proxySecretFile } from './jupyter-config.ts';
import { memberEnvironment, ofPython } from './member-environment.ts';
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
  /** what opens the gateway, and the project's files where they are remote; null: there is nothing to open */
  readonly gatewayToken: string | null;
  /** how long a session's driver may take to come up, ms */
  readonly sessionStartTimeoutMs: number;
  /** whether drivers can run R */
  readonly hasSparkR: boolean;
  /** the folder of the platform's own extensions for JupyterLab, absolute */
  readonly labExtensions: string;
  /** whether the files of the project are asked for from the platform, and are in no folder. Default: not. */
  readonly remoteFiles?: boolean;
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
  const remote =
    options.remoteFiles === true
      ? { api: `${options.gatewayOrigin}/api/v1/projects/${options.projectName}/files`, tokenFile }
      : null;
  // What stands for the project's folder where kernels work.
  const ground = remote === null ? projectFolder : places.home;
  const pythonOnly =
    configuration.type === 'python'
      ? ofPython(configuration, { folder: places.folder, projectFolder })
      : { env: {}, links: {} };
  return {
    ...owner,
    limits: options.limits,
    file: python,
    // -I: the project's folder is not on the server's import path
    args: ['-I', '-m', 'emberlab_jupyter.server', `--config=${join(places.folder, 'jupyter_server_config.json')}`],
    // Also where files are remote: whoever starts it makes that folder the project's. Kernels begin where Jupyter's root is.
    cwd: projectFolder,
    env: {
      ...memberEnvironment({ ...options, home: places.home, variables: pythonOnly.env }),
      JUPYTER_CONFIG_DIR: join(places.home, '.jupyter'),
      JUPYTER_DATA_DIR: join(places.home, '.local/share/jupyter'),
      JUPYTER_RUNTIME_DIR: places.runtime,
      IPYTHONDIR: join(places.home, '.ipython'),
      SPARKMAGIC_CONF_DIR: sparkmagicFolder,
      EMBER_TOKEN_FILE: tokenFile,
      EMBER_PROJECT_FOLDER: ground,
    },
    files: {
      'jupyter_server_config.json': json(
        jupyterConfig({ places, projectFolder, origin, type: configuration.type, hasSparkR, labExtensions, remote }),
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

/** Where kernels on this machine reach what listens on `host`: by itself, or by the loopback address when it listens everywhere. */
export function gatewayOrigin({ host, port }: { host: string; port: number }): string {
  const everywhere = ['0.0.0.0', '::', '[::]', 'localhost'];
  const name = everywhere.includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`;
}
