import { parseSpecifier, satisfies } from './specifier.ts';
import { parseVersion } from './version.ts';

/** What a Python says of itself, by the names that markers use; and the extra in whose name is asked. */
export type MarkerEnvironment = Readonly<Record<string, string>>;

/** The environment of a CPython on this machine. */
export function markerEnvironment(pythonVersion: string, machine: string): MarkerEnvironment {
  return {
    python_version: pythonVersion.split('.').slice(0, 2).join('.'),
    python_full_version: pythonVersion,
    os_name: 'posix',
    sys_platform: 'linux',
    platform_system: 'Linux',
    platform_machine: machine,
    platform_python_implementation: 'CPython',
    implementation_name: 'cpython',
    implementation_version: pythonVersion,
    platform_release: '',
    platform_version: '',
    extra: '',
  };
}

const token = /\s*(\(|\)|'[^']*'|"[^"]*"|~=|===|==|!=|<=|>=|<|>|[A-Za-z_][A-Za-z0-9_.]*)/y;
/** names of old, and what they are called now */
const oldNames: Readonly<Record<string, string>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.machine': 'platform_machine',
  'platform.version': 'platform_version',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
};

function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const found = token.exec(text);
    if (found === null) return null;
    tokens.push(found[1] ?? '');
  }
  return tokens;
}

/** Whether a marker (`python_version < "3.11" and extra == "test"`) is true; null: it can't be read. */
export function evaluateMarker(text: string, environment: MarkerEnvironment): boolean | null {
  const tokens = tokensOf(text);
  if (tokens === null) return null;
  let position = 0;
  const peek = () => tokens[position] ?? '';
  const take = () => tokens[position++] ?? '';

  const either = (): boolean | null => {
    let value = both();
    while (peek() === 'or') {
      take();
      const right = both();
      if (value === null || right === null) return null;
      value ||= right;
    }
    return value;
  };
  const both = (): boolean | null => {
    let value = one();
    while (peek() === 'and') {
      take();
      const right = one();
      if (value === null || right === null) return null;
      value &&= right;
    }
    return value;
  };
  const one = (): boolean | null => {
    if (peek() === '(') {
      take();
      const value = either();
      return take() === ')' ? value : null;
    }
    const left = take();
    const operator = peek() === 'not' ? `${take()} ${take()}` : take();
    return compare(left, operator, take(), environment);
  };
  const value = either();
  return position === tokens.length ? value : null;
}

function valueOf(word: string, environment: MarkerEnvironment): string | null {
  if (/^['"]/.test(word)) return word.slice(1, -1);
  return environment[oldNames[word] ?? word] ?? null;
}

function compare(left: string, operator: string, right: string, environment: MarkerEnvironment): boolean | null {
  const [a, b] = [valueOf(left, environment), valueOf(right, environment)];
  if (a === null || b === null) return null;
  if (operator === 'in') return b.includes(a);
  if (operator === 'not in') return !b.includes(a);
  if (left === 'extra' || right === 'extra') {
    const same = a.toLowerCase().replace(/[-_.]+/g, '-') === b.toLowerCase().replace(/[-_.]+/g, '-');
    return operator === '==' ? same : operator === '!=' ? !same : null;
  }
  if (parseVersion(a) !== null) {
    const clauses = parseSpecifier(operator + b);
    if (clauses !== null && clauses.length > 0) return satisfies(a, clauses);
  }
  switch (operator) {
    case '==':
    case '===':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    default:
      return null;
  }
}
