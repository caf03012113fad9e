import { normalName } from '@emberlab/contract';
import { parseSpecifier, type Clause } from './specifier.ts';

/** A requirement as PEP 508 has it. */
export type Requirement = {
  /** as it was written */
  readonly name: string;
  /** the form in which names are compared */
  readonly key: string;
  readonly extras: readonly string[];
  readonly clauses: readonly Clause[];
  /** what it is fetched from, instead of an index */
  readonly url: string | null;
  readonly marker: string | null;
};

const form = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(.*)$/s;

/** Null: it can't be read. */
export function parseRequirement(text: string): Requirement | null {
  const [, name = '', extrasText = '', rest = ''] = form.exec(text.trim()) ?? [];
  if (name === '') return null;
  const extras = extrasText
    .split(',')
    .map((extra) => extra.trim())
    .filter((extra) => extra !== '');
  if (!extras.every((extra) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(extra))) return null;
  const base = { name, key: normalName(name), extras };
  if (rest.startsWith('@')) {
    // A space stands before the marker, since an address may have a semicolon.
    const [, url = '', marker] = /^@\s*(\S+)(?:\s+;\s*(.+))?$/s.exec(rest) ?? [];
    return url === '' ? null : { ...base, clauses: [], url, marker: marker?.trim() ?? null };
  }
  const semicolon = rest.indexOf(';');
  const [specifier, marker] =
    semicolon < 0 ? [rest, null] : [rest.slice(0, semicolon), rest.slice(semicolon + 1).trim()];
  const clauses = parseSpecifier(/^\((.*)\)$/s.exec(specifier.trim())?.[1] ?? specifier);
  return clauses === null || marker === '' ? null : { ...base, clauses, url: null, marker };
}

/** `numpy>=2,<3`, without extras and marker. */
export const textOf = ({ name, clauses }: Requirement): string =>
  `${name}${clauses.map(({ operator, version }) => operator + version).join(',')}`;
