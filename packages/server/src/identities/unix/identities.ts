import { chmod, chown, lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { execa } from 'execa';
import { digest } from '../../lib/ids.ts';
import { createKeyedQueue } from '../../lib/lifecycle.ts';
import {
  homeOf,
  type Command,
  type CommandPlaces,
  type Identities,
  type Identity,
  type Isolation,
  type PreparedCommand,
} from '../identities.ts';
import { ensureGroup, ensureUser, removeEntry, systemPath, type Entry } from './machine.ts';
import type { Account, AccountStore } from './store.ts';
import type { View } from './view.ts';

const launcher = join(import.meta.dirname, 'run_as.py');

export type UnixOptions = {
  readonly store: AccountStore;
  readonly dataDir: string;
  /** the numbers that users and groups get */
  readonly ids: { readonly first: number; readonly last: number };
  /** the Python that makes a process theirs */
  readonly python: string;
  /** null: this machine has no mount namespaces for us */
  readonly view: View | null;
  /** processes and threads of one member in one project; null: no limit */
  readonly processes: number | null;
  readonly isolation: Isolation;
};

/** Two owners never have one name: numbers are not used again, and the rest is made from the ids. */
export const entryOf = ({ kind, projectId, userId, unixId }: Account): Entry => ({
  name: `ember-${unixId}-${digest(`${kind}/${projectId}/${userId}`).slice(0, 8)}`,
  id: unixId,
});

/** Each member of a project is a user of this machine, and all of them a group. For root alone. */
export function createUnixIdentities(options: UnixOptions): Identities {
  const { store, dataDir, ids, view } = options;
  const inTurn = createKeyedQueue();
  /** which were found or made since we started */
  const known = new Map<string, Account>();

  /** Finds an account, or takes numbers until one is nobody else's. */
  async function ensure(
    key: Omit<Account, 'id' | 'unixId'>,
    make: (entry: Entry) => Promise<boolean>,
  ): Promise<Account> {
    const word = `${key.kind}/${key.projectId}/${key.userId}`;
    // All in turn: the machine's files of users take one writer at a time.
    return inTurn('accounts', async () => {
      for (;;) {
        const found = await store.find(key);
        const before = known.get(word);
        if (found !== null && before?.id === found.id) return found;
        const account = found ?? (await store.insert(key, ids.first));
        if (account.unixId > ids.last) {
          throw new Error(
            'There are no numbers left for users of this machine. Please give the setting unix_ids more.',
          );
        }
        if (await make(entryOf(account))) {
          known.set(word, account);
          return account;
        }
        // Half of it may have been made.
        await removeEntry(entryOf(account));
        await store.remove(account.id);
      }
    });
  }

  const groupOf = (projectId: string): Promise<Account> =>
    ensure({ kind: 'group', projectId, userId: '' }, ensureGroup);

  async function userOf(kind: 'member' | 'guest', projectId: string, userId: string, home: string) {
    const group = await groupOf(projectId);
    const user = await ensure({ kind, projectId, userId }, (entry) => ensureUser(entry, entryOf(group), home));
    return { user: user.unixId, group: group.unixId };
  }

  /** Makes the folders above one; they are ours, and others can go through them without seeing what they hold. */
  async function makePassage(path: string): Promise<void> {
    if (!path.startsWith(dataDir + sep)) return;
    await makePassage(dirname(path));
    await mkdir(path).catch(ifThere);
    const { mode, uid, gid } = await lstat(path);
    // One that is lent to somebody stays theirs alone.
    if (uid === 0 && gid === 0 && (mode & 0o011) !== 0o011) await chmod(path, (mode & 0o777) | 0o011);
  }

  /** Makes a folder of ours that a group can look into. */
  async function lendFolder(path: string, group: number): Promise<void> {
    await makePassage(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch(ifThere);
    await chown(path, 0, group);
    await chmod(path, 0o750);
  }

  /** What is handed to the program that makes a process theirs. */
  const planOf = (who: { user: number; group: number }, command: Command, places: Partial<CommandPlaces>) => ({
    uid: who.user,
    // First the project's: whatever they make, wherever they then put it, is for its members.
    gid: who.group,
    groups: [who.user],
    argv: [command.file, ...command.args],
    env: command.env,
    cwd: places.cwd,
    tmp: places.tmp ?? null,
    view,
    processes: options.processes,
    socket: places.socket ?? null,
  });

  /** Makes a folder that is a user's own, or takes one with what is in it. */
  async function giveFolder(path: string, user: number): Promise<void> {
    await makePassage(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch(ifThere);
    const { uid } = await lstat(path);
    if (uid === user) return;
    // Of a folder of ours nobody has changed anything. One that a former number of theirs has written may have anything in it: links are not followed, and
    // a file that has another name too may be somebody else's, somewhere else. Nobody writes there any more when it changes hands.
    const single = ['(', '-type', 'd', '-o', '-links', '1', ')'];
    const give = ['-exec', 'chown', '-h', `${user}:${user}`, '{}', '+'];
    await execa('find', ['-P', path, '-xdev', '-depth', ...single, ...give], {
      env: { PATH: systemPath },
      extendEnv: false,
    });
    await chmod(path, 0o700);
  }

  const identity = (who: { user: number; group: number }): Identity => ({
    // As in `planOf`.
    numbers: { user: who.user, groups: [who.group, who.user] },
    getsSocket: true,
    lendFolder: (path) => lendFolder(path, who.user),
    async lendFile(path) {
      await chown(path, 0, who.user);
      await chmod(path, 0o640);
    },
    giveFolder: (path) => giveFolder(path, who.user),
    command(command, places): PreparedCommand {
      return {
        file: options.python,
        args: ['-I', '-S', launcher],
        env: { PATH: systemPath, LANG: 'C.UTF-8' },
        input: JSON.stringify(planOf(who, command, places)),
      };
    },
  });

  /** Makes a project's folder that of its group. One that is already is left to it: from then on anything may lie in it. */
  async function giveProject(folder: string, group: number): Promise<void> {
    const found = await lstat(folder);
    if (found.gid === group || !found.isDirectory()) return;
    await makePassage(dirname(folder));
    const run = (program: string, args: readonly string[]) =>
      execa(program, args, { env: { PATH: systemPath }, extendEnv: false });
    const folders = ['-type', 'd', '-exec', 'chmod', 'g+rwxs,o-rwx', '{}', '+'];
    const files = ['-type', 'f', '-exec', 'chmod', 'g+rwX,o-rwx', '{}', '+'];
    await run('find', ['-P', folder, '-mindepth', '1', '-xdev', '-exec', 'chgrp', '-h', String(group), '{}', '+']);
    await run('find', ['-P', folder, '-xdev', ...folders, '-o', ...files]);
    // Last: by this we know that the rest is done.
    await chown(folder, found.uid, group);
    await chmod(folder, 0o2770);
  }

  return {
    isolation: options.isolation,

    async of({ projectId, userId }, projectFolder) {
      const who = await userOf('member', projectId, userId, homeOf(dataDir, { projectId, userId }));
      await inTurn(projectFolder, () => giveProject(projectFolder, who.group));
      return identity(who);
    },

    async filesOf({ projectId, userId }, projectFolder, { writes }) {
      // Who only reads needs no number of their own.
      const who = writes
        ? await userOf('member', projectId, userId, homeOf(dataDir, { projectId, userId }))
        : { user: null, group: (await groupOf(projectId)).unixId };
      await inTurn(projectFolder, () => giveProject(projectFolder, who.group));
      return who;
    },

    async ofProject(projectId) {
      const group = await groupOf(projectId);
      const guest = () => userOf('guest', projectId, '', homeOf(dataDir, { projectId, userId: 'nobody' }));
      return {
        lendFolder: (path) => lendFolder(path, group.unixId),
        giveFolder: async (path) => giveFolder(path, (await guest()).user),
        async prefix(file, { cwd, env }) {
          const who = await guest();
          const plan = { ...planOf(who, { file: '', args: [], env }, { cwd }), argv: [] };
          await writeFile(file, JSON.stringify(plan), { mode: 0o600 });
          return [options.python, '-I', '-S', launcher, file];
        },
      };
    },
  };
}

function ifThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
