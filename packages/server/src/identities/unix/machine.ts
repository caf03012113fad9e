import { execa } from 'execa';

/** What a user or group of the machine is made with. */
export type Entry = { readonly name: string; readonly id: number };

/** What a program answers where there is no such entry, or where another installation was quicker to take the number. */
const nothing: Readonly<Record<string, readonly number[]>> = {
  getent: [2],
  userdel: [6],
  groupdel: [6],
  useradd: [4],
  groupadd: [4],
};
/** Another program of the machine may be writing its users at this moment. */
const busy: Readonly<Record<string, readonly number[]>> = {
  useradd: [1, 10],
  groupadd: [10],
  userdel: [1, 10],
  groupdel: [10],
};
const tries = 5;

/** The programs that are needed. */
export const programs = ['getent', 'useradd', 'groupadd', 'userdel', 'groupdel'] as const;

/** Where they and others of the system lie; never a path of somebody else. */
export const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';

async function run(program: (typeof programs)[number], args: readonly string[]): Promise<string | null> {
  for (let left = tries; ; left--) {
    const result = await execa(program, args, { env: { PATH: systemPath }, extendEnv: false, reject: false });
    if (!result.failed) return result.stdout;
    const code = result.exitCode ?? -1;
    if (nothing[program]?.includes(code) === true) return null;
    if (left <= 1 || busy[program]?.includes(code) !== true) {
      throw new Error(`${program} failed: ${result.stderr.trim() || result.shortMessage}`);
    }
  }
}

/** The name behind a number; null: it is nobody's. */
const nameOf = async (kind: 'passwd' | 'group', id: number): Promise<string | null> =>
  (await run('getent', [kind, String(id)]))?.split(':')[0] ?? null;

/** Makes a group unless it is there. False: its number is somebody else's. */
export async function ensureGroup({ name, id }: Entry): Promise<boolean> {
  const there = await nameOf('group', id);
  if (there !== null) return there === name;
  return (await run('groupadd', [`--gid=${id}`, name])) !== null;
}

/**
 * Makes a user that nobody can log in as, unless it is there. Its own group has its name and number; its first one is `group`. False: its number is
 * somebody else's.
 */
export async function ensureUser(user: Entry, group: Entry, home: string): Promise<boolean> {
  if (!(await ensureGroup(user))) return false;
  const there = await nameOf('passwd', user.id);
  if (there !== null) return there === user.name;
  const made = await run('useradd', [
    // Its number would make files of past logins as long as it is large.
    '--no-log-init',
    '--no-create-home',
    '--no-user-group',
    `--uid=${user.id}`,
    `--gid=${group.id}`,
    `--groups=${user.id}`,
    `--home-dir=${home}`,
    '--shell=/usr/sbin/nologin',
    '--comment=Emberlab',
    user.name,
  ]);
  return made !== null;
}

/** Removes a user with its own group, or a group. Fine to call for what is gone; leaves alone who has its number under another name. */
export async function removeEntry({ name }: Entry): Promise<void> {
  await run('userdel', [name]);
  await run('groupdel', [name]);
}
