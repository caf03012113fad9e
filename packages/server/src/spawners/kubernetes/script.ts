import { quoted } from '../../kubernetes/shell.ts';

/**
 * What a Pod begins with: a script of the shell that becomes the server, with this environment and nothing of the Pod's own, and writes to the log. It
 * lies in the server's folder, so that nothing of it is in the Pod's manifest.
 */
export function startScript(options: {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly log: string;
}): string {
  const { file, args, env, cwd, log } = options;
  return [
    // Begun once more with nothing: as words of a command variables would stand where everybody of the machine can read them.
    '[ "${1-}" = again ] || exec env -i /bin/sh "$0" again',
    `exec >>${quoted(log)} 2>&1 </dev/null`,
    `cd ${quoted(cwd)} || exit`,
    // What shells add by themselves.
    'unset PWD OLDPWD SHLVL',
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `exec ${[file, ...args].map(quoted).join(' ')}`,
    '',
  ].join('\n');
}
