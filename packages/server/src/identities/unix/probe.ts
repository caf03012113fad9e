import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { systemPath } from './machine.ts';
import type { View } from './view.ts';

const launcher = join(import.meta.dirname, 'run_as.py');
/** Nobody: it owns nothing. */
const nobody = 65534;

export type ProbeFacts = {
  /** whether processes can run as other users, and reach what they need */
  readonly users: boolean;
  /** whether they can have mounts of their own */
  readonly mounts: boolean;
  readonly missing: readonly string[];
};

/** Tries what this machine lets us do: runs a command as nobody, which looks at what members' processes have to read. */
export async function probe(options: {
  python: string;
  view: View;
  read: readonly string[];
  dataDir: string;
}): Promise<ProbeFacts> {
  const { view, read } = options;
  const script = 'for one; do [ -r "$one" ] || printf "%s\\n" "$one"; done';
  const plan = {
    uid: nobody,
    gid: nobody,
    groups: [],
    argv: ['/bin/sh', '-c', script, 'sh', ...read],
    env: { PATH: systemPath },
    cwd: '/',
    tmp: null,
    processes: null,
    socket: null,
  };
  const file = join(options.dataDir, '.probe-identity');
  const tryWith = async (now: View | null) => {
    await writeFile(file, JSON.stringify({ ...plan, view: now }), { mode: 0o600 });
    const env = { PATH: systemPath };
    const command = ['-I', '-S', launcher, file];
    const result = await execa(options.python, command, { env, extendEnv: false, reject: false, stdin: 'ignore' });
    await rm(file, { force: true });
    return result;
  };
  const withMounts = await tryWith(view);
  const mounts = !withMounts.failed;
  const last = mounts ? withMounts : await tryWith(null);
  if (last.failed) {
    return {
      users: false,
      mounts,
      missing: [
        `Emberlab can't run anything as another user here: ${last.stderr.trim()}. It needs root's capabilities.`,
      ],
    };
  }
  const unread = last.stdout.split('\n').filter((path) => path !== '');
  if (!mounts && view.cover.length > 0) {
    return {
      users: false,
      mounts,
      missing: [
        `Other users of this machine can't go through ${view.cover.join(', ')}, and it has no mount namespaces. Please let them (chmod o+x), or move Emberlab and its data folder elsewhere.`,
      ],
    };
  }
  if (unread.length > 0) {
    return {
      users: false,
      mounts,
      missing: [`Other users of this machine can't read ${unread.join(', ')}. Please let them (chmod -R a+rX).`],
    };
  }
  return {
    users: true,
    mounts,
    missing: mounts
      ? []
      : [
          "This machine has no mount namespaces for us: members' processes share /tmp, where files are closed to others only by their modes. Emberlab needs the capability CAP_SYS_ADMIN for more.",
        ],
  };
}
