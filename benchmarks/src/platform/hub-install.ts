import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { say } from '../tools.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../../../build/jupyterhub');
const requirements = join(import.meta.dirname, 'requirements.txt');
const proxyPackage = 'configurable-http-proxy@5.3.0';

export type HubPrograms = {
  /** the hub's own Python */
  readonly python: string;
  /** the folder of its packages */
  readonly packages: string;
  /** the command of its proxy: our Node, so that both proxies run on the same */
  readonly proxy: readonly string[];
};

/** JupyterHub in an environment of its own, and its proxy beside it, below `build/`. Installed once, and again when a version has changed. */
export async function installHub(tools: { uv: string; python: string }): Promise<HubPrograms> {
  // That of an environment is a link to the Python that it was made with.
  const base = realpathSync(tools.python);
  const environment = join(folder, 'environment');
  const python = join(environment, 'bin/python');
  const modules = join(folder, 'proxy');
  const stamp = join(folder, 'installed');
  const wanted = `${readFileSync(requirements, 'utf8')}${proxyPackage}\n${base}\n`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    say('Installing JupyterHub and its proxy into build/jupyterhub');
    await rm(folder, { recursive: true, force: true });
    await mkdir(modules, { recursive: true });
    await run(tools.uv, ['venv', '--quiet', '--python', base, environment]);
    await run(tools.uv, ['pip', 'install', '--quiet', '--compile-bytecode', '--python', python, '-r', requirements]);
    const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', '--prefix', modules, ...options, proxyPackage]);
    writeFileSync(stamp, wanted);
  }
  const [version = ''] = readdirSync(join(environment, 'lib'));
  return {
    python,
    packages: join(environment, 'lib', version, 'site-packages'),
    proxy: [process.execPath, join(modules, 'node_modules/configurable-http-proxy/bin/configurable-http-proxy')],
  };
}
