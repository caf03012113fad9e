import { join } from 'node:path';
import type { Configuration } from '@emberlab/contract';
import type { ServerPlaces } from '../../spawners/spawner.ts';

/** The kernels that a server offers, by the names of their specs. Those that its environment does not have don't matter. */
const kernelsOf = (type: Configuration['type'], hasSparkR: boolean): readonly string[] =>
  type === 'python' ? ['python3'] : ['pysparkkernel', 'sparkkernel', ...(hasSparkR ? ['sparkrkernel'] : []), 'python3'];

/** The name of the file with the secret that the proxy sends, in the server's folder. */
export const proxySecretFile = 'proxy-secret';

/** Jupyter's settings for one server, as its JSON configuration files have them. */
export function jupyterConfig(options: {
  places: ServerPlaces;
  projectFolder: string;
  /** under which browsers reach it */
  origin: string;
  type: Configuration['type'];
  /** whether drivers can run R */
  hasSparkR: boolean;
  /** the folder of the platform's own extensions for JupyterLab, absolute */
  labExtensions: string;
  /** where the files of the project are asked for, and the file with what opens it; null: they are in its folder */
  remote: { api: string; tokenFile: string } | null;
}): Record<string, Record<string, unknown>> {
  const { places, projectFolder, origin, type, hasSparkR, labExtensions, remote } = options;
  return {
    ServerApp: {
      // What comes to a port shows the proxy's secret, as what comes to a socket does.
      ...('socket' in places.listens
        ? { sock: places.listens.socket, sock_mode: '0600' }
        : { ip: '0.0.0.0', port: places.listens.port, port_retries: 0 }),
      ...(remote === null
        ? { root_dir: projectFolder }
        : {
            // Where kernels work: what is made there is the member's own, and no file of the project.
            root_dir: places.home,
            contents_manager_class: 'emberlab_jupyter.contents.RemoteContentsManager',
            session_manager_class: 'emberlab_jupyter.contents.RemoteSessionManager',
          }),
      open_browser: false,
      // whether it runs as root is the platform's decision
      allow_root: true,
      identity_provider_class: 'emberlab_jupyter.identity.ProxyIdentityProvider',
      // The proxy sends Host: localhost, while a page's links carry this origin: Jupyter compares them.
      allow_origin: origin,
      // ending the server is the dashboard's
      quit_button: false,
      terminals_enabled: true,
      // Notebook 7 and language servers: installed along, not offered, and slow to start
      jpserver_extensions: {
        jupyterlab: true,
        nbclassic: true,
        notebook: false,
        jupyter_lsp: false,
        'emberlab_jupyter.activity': true,
        'emberlab_jupyter.runs': true,
      },
    },
    ProxyIdentityProvider: { secret_file: join(places.folder, proxySecretFile) },
    ...(remote === null
      ? {
          FileContentsManager: {
            preferred_dir: join(projectFolder, 'Jupyter'),
            // A trash would lie in the member's home, where nobody empties it and the project doesn't see it.
            delete_to_trash: false,
            always_delete_dir: true,
          },
        }
      : { RemoteContentsManager: { api: remote.api, token_file: remote.tokenFile } }),
    // A port is open to all users of the machine, and what kernels print goes to everyone who listens there.
    ...(places.sockets ? { KernelManager: { transport: 'ipc' } } : {}),
    KernelSpecManager: { allowed_kernelspecs: kernelsOf(type, hasSparkR) },
    // Output is never dropped for being much.
    ZMQChannelsWebsocketConnection: { limit_rate: false },
    // nbclassic's advice to move on to Notebook 7
    NotebookApp: { show_banner: false },
    // Nothing is asked of other hosts: no news, no search for updates, no list of extensions.
    LabApp: {
      news_url: null,
      check_for_updates_class: 'jupyterlab.handlers.announcements.NeverCheckForUpdate',
      extension_manager: 'readonly',
      // Beside the project's environment, not in it: always of the same version as the platform.
      extra_labextensions_path: [labExtensions],
    },
  };
}
