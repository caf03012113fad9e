import { normalName } from '@emberlab/contract';
import { parseVersion } from './version.ts';

/** What the name of a file in an index tells. */
export type FileName = {
  readonly name: string;
  readonly version: string;
  /** of a wheel: its Pythons, ABIs and platforms; null: it is source */
  readonly tags: { readonly pythons: string[]; readonly abis: string[]; readonly platforms: string[] } | null;
};

/** Null: it is neither a wheel nor source. */
export function readFileName(fileName: string): FileName | null {
  if (fileName.endsWith('.whl')) {
    const parts = fileName.slice(0, -4).split('-');
    if (parts.length !== 5 && parts.length !== 6) return null;
    const [name = '', version = ''] = parts;
    const [pythons = '', abis = '', platforms = ''] = parts.slice(-3);
    if (parseVersion(version) === null) return null;
    return {
      name: normalName(name),
      version,
      tags: { pythons: pythons.split('.'), abis: abis.split('.'), platforms: platforms.split('.') },
    };
  }
  const stem = /^(.+)\.(?:tar\.gz|zip|tgz)$/.exec(fileName)?.[1];
  // The version begins behind the last dash that a version can follow.
  const [, name = '', version = ''] = /^(.+)-([^-]+)$/.exec(stem ?? '') ?? [];
  return name === '' || parseVersion(version) === null ? null : { name: normalName(name), version, tags: null };
}

/** The machine that wheels are looked for. */
export type Machine = { readonly pythonVersion: string; readonly machine: string; readonly musl: boolean };

/** Whether a wheel can be installed on this machine, as far as its name tells. */
export function fits({ pythons, abis, platforms }: NonNullable<FileName['tags']>, on: Machine): boolean {
  const [major = 3, minor = 0] = on.pythonVersion.split('.').map(Number);
  const own = `cp${major}${minor}`;
  const stable = (tag: string) => {
    const [, found] = new RegExp(`^cp${major}(\\d+)$`).exec(tag) ?? [];
    return found !== undefined && Number(found) <= minor;
  };
  const python = pythons.some((tag) => {
    if (tag === own) return abis.some((abi) => [own, 'abi3', 'none'].includes(abi));
    if (stable(tag)) return abis.includes('abi3');
    return [`py${major}`, `py${major}${minor}`].includes(tag) && abis.includes('none');
  });
  const libc = on.musl ? 'musllinux' : 'manylinux';
  return (
    python &&
    platforms.some(
      (platform) =>
        platform === 'any' ||
        ((platform.startsWith(libc) || platform.startsWith('linux')) && platform.endsWith(`_${on.machine}`)),
    )
  );
}
