import { delimiter, dirname, join } from 'node:path';
import { nameOfEntry, parseEnvironment, type PythonConfiguration } from '@emberlab/contract';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The environment of what runs a member's Python code: a server's, or a run's of a job. `python`, `home`: absolute; `variables`: the member's own;
 * `gatewayOrigin`: where the gateway is, absent: on this machine.
 */
export const memberEnvironment = ({
  platformEnv,
  python,
  home,
  variables,
  gatewayOrigin,
}: {
  platformEnv: Variables;
  python: string;
  home: string;
  variables: Readonly<Record<string, string>>;
  gatewayOrigin?: string;
}): Record<string, string> => ({
  ...handedOn(platformEnv, gatewayOrigin),
  ...variables,
  PATH: [dirname(python), platformEnv['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter),
  VIRTUAL_ENV: dirname(dirname(python)),
  HOME: home,
  SHELL: '/bin/bash',
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  PYTHONNOUSERSITE: '1',
  MPLCONFIGDIR: join(home, '.config/matplotlib'),
});

/** The folder with the files of a configuration, in the server's. */
const filesFolder = 'files';

/**
 * What the type `python` gives a server, or a run of a job: variables, and files in a folder that Python imports from. Of a server only kernels and
 * terminals look at `PYTHONPATH`. `folder`: where links can be made for it.
 */
export function ofPython(
  { environment, files }: PythonConfiguration,
  { folder, projectFolder }: { folder: string; projectFolder: string },
): { env: Record<string, string>; links: Record<string, string> } {
  const variables = Object.fromEntries(parseEnvironment(environment).variables);
  if (files.length === 0) return { env: variables, links: {} };
  const links = files.map((path) => [`${filesFolder}/${nameOfEntry(path)}`, join(projectFolder, path)] as const);
  const own = join(folder, filesFolder);
  const packed = links.filter(([name]) => /\.(zip|egg)$/i.test(name)).map(([name]) => join(folder, name));
  return {
    env: { ...variables, EMBER_FILES: own, PYTHONPATH: [own, ...packed].join(delimiter) },
    links: Object.fromEntries(links),
  };
}

/** What people's code needs to know of the machine: the way to the network, and the time zone. */
const names = ['TZ', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE'];

function handedOn(platformEnv: Variables, gatewayOrigin?: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of [...names, ...names.map((one) => one.toLowerCase())]) {
    const value = platformEnv[name];
    if (value !== undefined) env[name] = value;
  }
  // The gateway is on this machine, or in a network of its own with it, whatever the way to other ones is.
  const gateway = gatewayOrigin === undefined ? undefined : new URL(gatewayOrigin).hostname.replaceAll(/[[\]]/g, '');
  const direct = ['localhost', '127.0.0.1', gateway, platformEnv['NO_PROXY'] ?? platformEnv['no_proxy']];
  const list = [...new Set(direct.filter((one) => one !== undefined && one !== ''))].join(',');
  return { ...env, NO_PROXY: list, no_proxy: list };
}
