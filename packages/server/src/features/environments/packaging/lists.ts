import { parse } from 'yaml';
import { evaluateMarker, markerEnvironment } from './marker.ts';
import { parseRequirement } from './requirement.ts';

export type LeftOut = { readonly line: number | null; readonly text: string; readonly reason: string };
/** What a list asks for, and what of it is not taken. */
export type ReadList = { readonly requirements: readonly string[]; readonly leftOut: readonly LeftOut[] };

const mostShown = 120;
const mostLines = 2000;

/**
 * Why a line can't be asked for; null: it can. Nothing of a line is ever handed on as an option of a program: what isn't a name with conditions is refused
 * here, whatever it is meant to be.
 */
export function requirementProblem(text: string): string | null {
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'It has control characters.';
  if (text.startsWith('-')) return 'Options are not taken: indexes are set by the administrator.';
  if (/^(git|hg|svn|bzr)\+/.test(text)) return 'Please install from Git by its own form.';
  if (/^[a-z]+:\/\//i.test(text) || /^[./~\\]/.test(text)) return 'Please upload the file instead.';
  const requirement = parseRequirement(text);
  if (requirement === null) return 'This is no requirement such as numpy>=2.';
  if (requirement.url !== null) {
    return requirement.url.startsWith('git+')
      ? 'Please install from Git by its own form.'
      : 'Please upload the file instead.';
  }
  if (requirement.marker !== null && evaluateMarker(requirement.marker, markerEnvironment('3.12.0', 'x86_64')) === null)
    return 'What stands behind the semicolon can not be read.';
  return null;
}

/** Reads a requirements.txt. */
export function readRequirements(text: string): ReadList {
  const requirements: string[] = [];
  const leftOut: LeftOut[] = [];
  // A line goes on behind a backslash.
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    const line = i + 1;
    let whole = lines[i] ?? '';
    while (whole.endsWith('\\') && i + 1 < lines.length) whole = `${whole.slice(0, -1)} ${lines[(i += 1)] ?? ''}`;
    take(whole, line);
    if (requirements.length + leftOut.length > mostLines) {
      leftOut.push({ line, text: '', reason: `Only the first ${mostLines} lines are read.` });
      break;
    }
  }
  return { requirements, leftOut };

  function take(whole: string, line: number): void {
    const written = whole.replace(/(^|\s)#.*$/, '').trim();
    if (written === '') return;
    const bare = written.replace(/\s+--hash[= ]\S+/g, '').trim();
    const problem = requirementProblem(bare);
    if (problem === null) requirements.push(bare);
    else leftOut.push({ line, text: written.slice(0, mostShown), reason: problem });
  }
}

/** Reads the part of an environment.yml that is for pip; the rest is conda's, which Emberlab has not. */
export function readEnvironmentFile(text: string): ReadList {
  const leftOut: LeftOut[] = [];
  const leave = (written: unknown, reason: string) =>
    leftOut.push({ line: null, text: String(written).slice(0, mostShown), reason });
  let parsed: unknown;
  try {
    // No aliases: a short text with them can stand for a huge one.
    parsed = parse(text, { maxAliasCount: 0 });
  } catch {
    leave('', 'The file is no YAML that can be read.');
    return { requirements: [], leftOut };
  }
  const content = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  const dependencies: unknown[] = Array.isArray(content['dependencies']) ? content['dependencies'] : [];
  if (dependencies.length === 0) leave('', 'The file has no dependencies.');
  const requirements: string[] = [];
  for (const dependency of dependencies.slice(0, mostLines)) {
    const pip =
      typeof dependency === 'object' && dependency !== null ? (dependency as { pip?: unknown }).pip : undefined;
    if (Array.isArray(pip)) {
      const read = readRequirements(pip.filter((line) => typeof line === 'string').join('\n'));
      requirements.push(...read.requirements);
      leftOut.push(...read.leftOut.map((one) => ({ ...one, line: null })));
    } else if (typeof dependency === 'string' && /^python\b/.test(dependency)) {
      leave(dependency, "The project's Python is the administrator's choice.");
    } else if (typeof dependency === 'string' && !/^pip\b/.test(dependency)) {
      leave(dependency, 'conda packages are not installed; please ask for the one of the package index by its name.');
    }
  }
  if (Array.isArray(content['channels'])) leave(`channels: ${content['channels'].join(', ')}`, 'conda is not used.');
  if (content['variables'] !== undefined) leave('variables', 'Environment variables belong into the configuration.');
  return { requirements, leftOut };
}
