import { comparePublic, compareVersions, isPrerelease, parseVersion, type Version } from './version.ts';

/** One condition of a requirement: `>=2`, `==1.*`. */
export type Clause = { readonly operator: string; readonly version: string };

const clauseForm = /^\s*(~=|===|==|!=|<=|>=|<|>)\s*([^\s,;()]+)\s*$/;

/** The conditions of `>=2,<3`; null: they can't be read. */
export function parseSpecifier(text: string): readonly Clause[] | null {
  const clauses: Clause[] = [];
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const [, operator = '', version = ''] = clauseForm.exec(part) ?? [];
    if (operator === '') return null;
    const star = version.endsWith('.*');
    if (operator !== '===') {
      if (star && operator !== '==' && operator !== '!=') return null;
      if (parseVersion(star ? version.slice(0, -2) : version) === null) return null;
      if (operator === '~=' && !version.includes('.')) return null;
    }
    clauses.push({ operator, version });
  }
  return clauses;
}

/** Whether a version is as all of these say. Installed pre-releases count; what asks for the newest looks for itself. */
export function satisfies(version: string, clauses: readonly Clause[]): boolean {
  const parsed = parseVersion(version);
  return clauses.every(({ operator, version: wanted }) => {
    if (operator === '===') return version.toLowerCase() === wanted.toLowerCase();
    return parsed !== null && satisfiesOne(parsed, operator, wanted);
  });
}

function satisfiesOne(version: Version, operator: string, text: string): boolean {
  const star = text.endsWith('.*');
  const wanted = parseVersion(star ? text.slice(0, -2) : text);
  if (wanted === null) return false;
  // What stands behind + counts only where it is asked for.
  const order = wanted.local.length > 0 ? compareVersions(version, wanted) : comparePublic(version, wanted);
  switch (operator) {
    case '==':
      return star ? beginsWith(version, wanted) : order === 0;
    case '!=':
      return star ? !beginsWith(version, wanted) : order !== 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      // 1.0.post1 is not what >1.0 is after, unless it says so itself.
      return order > 0 && (version.post === null || wanted.post !== null || !sameRelease(version, wanted));
    case '<':
      // Nor is 2.0rc1 what <2.0 is after.
      return order < 0 && (!isPrerelease(version) || isPrerelease(wanted) || !sameRelease(version, wanted));
    default:
      return order >= 0 && beginsWith(version, { ...wanted, release: wanted.release.slice(0, -1) });
  }
}

const at = (release: readonly number[], i: number): number => release[i] ?? 0;

const beginsWith = (version: Version, { epoch, release }: Version): boolean =>
  version.epoch === epoch && release.every((number, i) => at(version.release, i) === number);

const sameRelease = (a: Version, b: Version): boolean =>
  a.epoch === b.epoch &&
  Array.from({ length: Math.max(a.release.length, b.release.length) }).every(
    (_, i) => at(a.release, i) === at(b.release, i),
  );
