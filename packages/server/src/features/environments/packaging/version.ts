/** A version as PEP 440 has it, taken apart for comparing. */
export type Version = {
  readonly epoch: number;
  readonly release: readonly number[];
  /** a, b, rc with their number; null: none */
  readonly pre: readonly [string, number] | null;
  readonly post: number | null;
  readonly dev: number | null;
  readonly local: readonly (string | number)[];
};

const form =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/i;

const letters: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', c: 'rc', pre: 'rc', preview: 'rc' };

/** Null: that is no version. */
export function parseVersion(text: string): Version | null {
  const found = form.exec(text);
  if (found === null) return null;
  const [, epoch, release = '', pre, preNumber, postDash, postWord, postNumber, dev, devNumber, local] = found;
  const letter = pre?.toLowerCase();
  return {
    epoch: Number(epoch ?? 0),
    release: release.split('.').map(Number),
    pre: letter === undefined ? null : [letters[letter] ?? letter, Number(preNumber ?? 0)],
    post: postDash !== undefined ? Number(postDash) : postWord !== undefined ? Number(postNumber ?? 0) : null,
    dev: dev === undefined ? null : Number(devNumber ?? 0),
    local:
      local
        ?.toLowerCase()
        .split(/[-_.]/)
        .map((part) => (/^\d+$/.test(part) ? Number(part) : part)) ?? [],
  };
}

export const isPrerelease = ({ pre, dev }: Version): boolean => pre !== null || dev !== null;

/** Negative: the first is older. Zeros at the end of a release mean nothing: 1.0 is 1. */
export function compareVersions(a: Version, b: Version): number {
  return comparePublic(a, b) || compareLocal(a.local, b.local);
}

/**
 * What an index offers, unless what is installed is newer, as a pre-release or a version of one's own may be: that then. Null: it offers none. What can't be
 * compared is answered as it is offered.
 */
export function newerOf(installed: string, offered: string | null): string | null {
  if (offered === null) return null;
  const [ours, theirs] = [parseVersion(installed), parseVersion(offered)];
  return ours !== null && theirs !== null && compareVersions(ours, theirs) > 0 ? installed : offered;
}

/** `compareVersions` without what stands behind `+`. */
export function comparePublic(a: Version, b: Version): number {
  return (
    a.epoch - b.epoch ||
    compareReleases(a.release, b.release) ||
    compareStage(a, b) ||
    // A post-release comes after all of its release, a dev-release before.
    (a.post ?? -1) - (b.post ?? -1) ||
    compareNullsLast(a.dev, b.dev)
  );
}

function compareReleases(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** 1.dev0 < 1a0.dev0 < 1a0 < 1b0 < 1rc0 < 1. */
function compareStage(a: Version, b: Version): number {
  const [x, y] = [stage(a), stage(b)];
  return x < y ? -1 : x > y ? 1 : (a.pre?.[1] ?? 0) - (b.pre?.[1] ?? 0);
}

function stage({ pre, post, dev }: Version): string {
  if (pre !== null) return pre[0];
  return post === null && dev !== null ? 'A' : 'z';
}

const compareNullsLast = (a: number | null, b: number | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a - b;

function compareLocal(a: Version['local'], b: Version['local']): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [x, y] = [a[i], b[i]];
    if (x === y) continue;
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    // Numbers come after words.
    if (typeof x !== typeof y) return typeof x === 'number' ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return 0;
}
