import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seedProject, seedUser } from '../../testing/database.ts';
import { canMakeUsers, unixRig } from './testing.ts';

const later = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.skipIf(!canMakeUsers)('users of the machine, as root', () => {
  test('a member of a project gets a user and the project a group, once, with names and numbers of their own', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const first = await rig.run(ada, 'id -u; id -g; id -G; id -un');
    const [uid, gid, groups, name] = first.split('\n');
    expect(new Set(groups?.split(' '))).toEqual(new Set([uid, gid]));
    expect(name).toMatch(/^ember-\d+-[0-9a-f]{8}$/);
    expect((name ?? '').length).toBeLessThanOrEqual(31);
    expect(await rig.run(ada, 'id -u; id -g; id -G; id -un')).toBe(first);

    const ben = { projectId: ada.projectId, userId: await seedUser(rig.db, 'ben@example.org'), folder: ada.folder };
    await rig.join(ben);
    const second = (await rig.run(ben, 'id -u; id -g')).split('\n');
    expect(second[0]).not.toBe(uid);
    expect(second[1]).toBe(gid);
  });

  test('a process has no way to more rights: no capability, and programs with the setuid bit give none', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const shell = join(rig.folder, 'projects', 'shell');
    execFileSync('cp', ['/bin/dash', shell]);
    chmodSync(shell, 0o4755);
    expect(await rig.run(ada, 'grep -E "^(NoNewPrivs|Cap(Prm|Eff|Bnd|Amb|Inh)):" /proc/self/status')).toMatch(
      /^(Cap\w+:\s0+\n){5}NoNewPrivs:\s1$/,
    );
    const [uid] = (await rig.run(ada, 'id -u')).split('\n');
    expect(await rig.run(ada, `${shell} -p -c 'id -u; grep Uid: /proc/$$/status'`)).toMatch(
      new RegExp(`^${uid}\nUid:(\\s${uid}){4}$`),
    );
  });

  test('what is lent is read by that member alone, and what is given is theirs', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const ben = { projectId: ada.projectId, userId: await seedUser(rig.db, 'ben@example.org'), folder: ada.folder };
    await rig.join(ben);
    const identity = await rig.identities.of(ada, ada.folder);
    const lent = join(rig.folder, 'servers', 'one');
    await identity.lendFolder(lent);
    writeFileSync(join(lent, 'secret'), 'ours', { mode: 0o600 });
    await identity.lendFile(join(lent, 'secret'));
    await identity.giveFolder(join(lent, 'own'));
    expect(await rig.run(ada, `cat ${lent}/secret; echo x >${lent}/own/x && echo written`)).toBe('ourswritten');
    expect(await rig.run(ada, `(echo x >>${lent}/secret) 2>/dev/null || echo refused`)).toBe('refused');
    expect(await rig.run(ada, `rm -f ${lent}/secret 2>/dev/null || echo refused`)).toBe('refused');
    expect(await rig.run(ben, `cat ${lent}/secret ${lent}/own/x 2>/dev/null || echo refused`)).toBe('refused');
  });

  test('what another number of theirs has written is given on, but for files that have another name elsewhere', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const identity = await rig.identities.of(ada, ada.folder);
    const former = 1_999_999_998;
    const events = join(rig.folder, 'events');
    mkdirSync(join(events, 'app'), { recursive: true });
    const outside = join(rig.folder, 'outside');
    writeFileSync(outside, 'another’s', { mode: 0o600 });
    chownSync(outside, former, former);
    writeFileSync(join(events, 'app', 'log'), 'hers');
    linkSync(outside, join(events, 'app', 'linked'));
    symlinkSync(outside, join(events, 'app', 'link'));
    execFileSync('chown', ['-hR', `${former}:${former}`, events]);
    await identity.giveFolder(events);
    const uid = Number(await rig.run(ada, 'id -u'));
    const owners = ['', 'app', 'app/log', 'app/link', 'app/linked'].map((name) => lstatSync(join(events, name)).uid);
    expect(owners).toEqual([uid, uid, uid, uid, former]);
    expect(statSync(outside).uid).toBe(former);
  });

  test('a project’s files are its group’s, whoever makes them, and those that were there before too', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    mkdirSync(join(ada.folder, 'Jupyter'), { recursive: true, mode: 0o700 });
    writeFileSync(join(ada.folder, 'Jupyter', 'old'), 'old', { mode: 0o600 });
    const ben = { projectId: ada.projectId, userId: await seedUser(rig.db, 'ben@example.org'), folder: ada.folder };
    await rig.join(ben);
    expect(await rig.run(ada, 'umask 007; mkdir new; echo ada >new/file; echo more >>Jupyter/old; echo ok')).toBe('ok');
    expect(await rig.run(ben, 'umask 007; cat new/file Jupyter/old; echo ben >>new/file; echo ok')).toBe(
      'ada\noldmore\nok',
    );
    expect(statSync(join(ada.folder, 'new')).mode & 0o7777).toBe(0o2770);
    expect(statSync(join(ada.folder, 'new/file')).mode & 0o777).toBe(0o660);
  });

  test('/tmp and shared memory are the process’s own', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const seen = join(await mkdtemp(join(tmpdir(), 'ember-seen-')), 'x');
    writeFileSync(seen, 'x');
    chmodSync(join(seen, '..'), 0o755);
    expect(await rig.run(ada, `ls ${seen} 2>/dev/null || echo gone; echo y >/tmp/y; echo z >/dev/shm/ember-z`)).toBe(
      'gone',
    );
    expect(existsSync('/tmp/y')).toBe(false);
    expect(existsSync('/dev/shm/ember-z')).toBe(false);
    execFileSync('rm', ['-r', join(seen, '..')]);
  });

  test('what lies below folders that are closed to others is reached all the same, and what lies beside it is not', async () => {
    const closed = realpathSync(await mkdtemp(join(tmpdir(), 'ember-closed-')));
    mkdirSync(join(closed, 'beside'), { mode: 0o755 });
    mkdirSync(join(closed, 'data'));
    try {
      await using rig = await unixRig({ folder: join(closed, 'data') });
      const ada = await rig.member('ada@example.org');
      expect(
        await rig.run(ada, `umask 007; echo here >new; cat new; ls ${closed}/beside 2>/dev/null || echo hidden`),
      ).toBe('here\nhidden');
      expect(readFileSync(join(ada.folder, 'new'), 'utf8')).toBe('here\n');
    } finally {
      execFileSync('rm', ['-rf', closed]);
    }
  });

  test('a member can’t start more processes than they may have', async () => {
    await using rig = await unixRig({ processes: 3 });
    const ada = await rig.member('ada@example.org');
    expect(await rig.run(ada, 'sleep 60 & sleep 60 & sleep 60 & sleep 60 & wait')).toMatch(/fork/i);
    for (const pid of rig.processesOf(await rig.unixId(ada))) process.kill(pid, 'SIGKILL');
  });

  test('a member who leaves has no user any more: what still runs is ended, their home goes, and who comes back gets other numbers', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const identity = await rig.identities.of(ada, ada.folder);
    const home = join(rig.folder, 'homes', ada.projectId, ada.userId);
    await identity.giveFolder(home);
    const before = await rig.unixId(ada);
    const running = await rig.start(ada, 'setsid sleep 600 & echo up; sleep 600');
    while (rig.processesOf(before).length < 3) await later();

    await rig.leave(ada);
    await rig.keeper.look();
    // It may end by itself for a while.
    expect(rig.processesOf(before).length).toBeGreaterThan(0);
    rig.clock.advance(5000);
    await rig.keeper.look();
    await running.exited;
    while (rig.processesOf(before).length > 0) await later();
    await rig.keeper.look();
    expect(existsSync(home)).toBe(false);
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain(`:${before}:`);
    expect(readFileSync('/etc/group', 'utf8')).not.toContain(`:${before}:`);

    await rig.join(ada);
    await rig.identities.of(ada, ada.folder);
    expect(await rig.unixId(ada)).not.toBe(before);
  });

  test('a number that somebody else has is left alone', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    await rig.identities.of(ada, ada.folder);
    const next = (await rig.unixId(ada)) + 1;
    execFileSync('/usr/sbin/groupadd', ['--gid', String(next), 'ember-test-stranger']);
    try {
      const owner = await seedUser(rig.db, 'cleo@example.org');
      const projectId = await seedProject(rig.db, owner, 'other');
      const folder = join(rig.folder, 'projects', 'other');
      mkdirSync(folder);
      const ids = (await rig.run({ projectId, userId: owner, folder }, 'id -G')).split(' ').map(Number);
      expect(ids).not.toContain(next);
    } finally {
      execFileSync('/usr/sbin/groupdel', ['ember-test-stranger']);
    }
  });
});
