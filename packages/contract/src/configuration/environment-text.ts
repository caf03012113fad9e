import { sayingLines, type LineProblem } from './text-lines.ts';

/** Environment variables that are the platform's. `pattern`: a name, `*` for any end of one; `reason` ends "… can't be set here: ". */
export const environmentTable: readonly { readonly pattern: string; readonly reason: string }[] = [
  { pattern: 'PATH', reason: 'it names the programs of the project’s environment' },
  { pattern: 'VIRTUAL_ENV', reason: 'it names the project’s environment' },
  { pattern: 'HOME', reason: 'it names the folder that is yours in this project' },
  { pattern: 'SHELL', reason: 'terminals have the platform’s' },
  { pattern: 'PYTHONPATH', reason: 'Python imports from what stands in Additional files' },
  { pattern: 'PYTHON*', reason: 'what Python is and does comes from the project’s environment' },
  { pattern: 'LD_*', reason: 'it decides which libraries are loaded' },
  { pattern: 'BASH_ENV', reason: 'it decides what shells run' },
  { pattern: 'ENV', reason: 'it decides what shells run' },
  { pattern: 'PROMPT_COMMAND', reason: 'it decides what shells run' },
  { pattern: 'PS0', reason: 'it decides what shells run' },
  { pattern: 'PS1', reason: 'it decides what shells run' },
  { pattern: 'PS2', reason: 'it decides what shells run' },
  { pattern: 'PS4', reason: 'it decides what shells run' },
  { pattern: 'OPENSSL_CONF', reason: 'it decides which libraries are loaded' },
  { pattern: 'GCONV_PATH', reason: 'it decides which libraries are loaded' },
  { pattern: 'GIT_SSH*', reason: 'it decides what Git runs' },
  { pattern: 'LC_ALL', reason: 'texts are UTF-8 everywhere; LC_TIME and the like are yours' },
  { pattern: 'LANG', reason: 'texts are UTF-8 everywhere; LC_TIME and the like are yours' },
  { pattern: 'NO_PROXY', reason: 'it has to name this machine' },
  { pattern: 'no_proxy', reason: 'it has to name this machine' },
  { pattern: 'JUPYTER_*', reason: 'Jupyter’s folders are the platform’s' },
  { pattern: 'IPYTHONDIR', reason: 'Jupyter’s folders are the platform’s' },
  { pattern: 'SPARKMAGIC_*', reason: 'the way to Spark is the platform’s' },
  { pattern: 'EMBER*', reason: 'these variables are Emberlab’s own' },
];

const mostVariables = 64;
const longestValue = 8192;

/**
 * Reads environment variables: one `NAME=value` a line; blank lines and lines that begin with `#` are skipped. Names are as they are written; a text
 * with problems is never used in part.
 */
export function parseEnvironment(text: string): { variables: Map<string, string>; problems: LineProblem[] } {
  const variables = new Map<string, string>();
  const seen = new Map<string, number>();
  const problems: LineProblem[] = [];
  for (const { line, text: written } of sayingLines(text)) {
    const at = written.indexOf('=');
    const name = at < 0 ? '' : written.slice(0, at).trim();
    const value = written.slice(at + 1).trim();
    const problem = variableProblem(name, value);
    const earlier = seen.get(name);
    if (problem !== undefined) problems.push({ line, message: problem });
    else if (earlier !== undefined) problems.push({ line, message: `${name} is set on line ${earlier} already.` });
    else if (variables.size >= mostVariables) {
      problems.push({ line, message: `Please set at most ${mostVariables} variables.` });
    } else variables.set(name, value);
    seen.set(name, line);
  }
  return { variables, problems };
}

function variableProblem(name: string, value: string): string | undefined {
  if (!/^[A-Za-z_]\w{0,254}$/.test(name)) {
    return 'Please write NAME=value, such as LOG_LEVEL=debug; names have letters, digits and _.';
  }
  const entry = environmentTable.find(({ pattern }) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
  if (entry !== undefined) return `${name} can't be set here: ${entry.reason}.`;
  if (value.length > longestValue) return `The value of ${name} may have at most ${longestValue} characters.`;
  // oxlint-disable-next-line no-control-regex -- no process takes a NUL in its environment
  return /[\u0000-\u0008\u000b-\u001f\u007f]/.test(value) ? `The value of ${name} has control characters.` : undefined;
}
