import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { canMakeUsers, unixRig } from '../../identities/unix/testing.ts';
import { makeFolderAt, moveEntry } from './changes.ts';
import { openFile } from './content/read.ts';
import { listFolder } from './listing.ts';
import { filesOnDisk } from './project-files.ts';
import { createGifts } from './put.ts';
import { keepUpload } from './upload.ts';
import type { Tree } from './tree/walk.ts';

describe.skipIf(!canMakeUsers)('files of a project whose members are users of the machine', () => {
  test('belong to the member who made them and to the project’s group, and are closed to others', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const tree: Tree = { root: ada.folder, who: await rig.identities.filesOf(ada, ada.folder, { writes: true }) };
    await makeFolderAt(tree, 'Resources');
    await makeFolderAt(tree, 'Resources/new');
    await keepUpload(tree, 'tools.py', Readable.from([Buffer.from('x = 1\n')]), 100);
    const [uid, gid] = (await rig.run(ada, 'id -u; id -g')).split('\n').map(Number);
    const facts = ['Resources/new', 'Resources/tools.py'].map((path) => statSync(join(ada.folder, path)));
    expect(facts.map(({ uid: user, gid: group, mode }) => [user, group, (mode & 0o7777).toString(8)])).toEqual([
      [uid, gid, '2770'],
      [uid, gid, '660'],
    ]);
    expect(
      await rig.run(
        ada,
        'cat Resources/tools.py; echo more >>Resources/tools.py; mv Resources/new Resources/old && echo ok',
      ),
    ).toBe('x = 1\nok');
  });

  test('that come from the platform belong to the member who asked for them, with the folders made for them', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const gifts = createGifts({
      files: filesOnDisk,
      treeOf: async () => ({
        root: ada.folder,
        who: await rig.identities.filesOf(ada, ada.folder, { writes: true }),
      }),
      upload: async (_whose, _bytes, keep) => keep(null),
    });
    const project = { id: ada.projectId, name: 'churn' };
    const to = { membership: { project }, actor: { user: { id: ada.userId } } } as Parameters<
      typeof gifts.copyBeside
    >[0];
    const gift = { folder: ['Examples'], name: 'a.ipynb', size: 2, open: () => Readable.from([Buffer.from('{}')]) };
    await gifts.copyBeside(to, gift);
    expect((await gifts.copyBeside(to, gift)).path).toBe('Examples/a-2.ipynb');
    const [uid, gid] = (await rig.run(ada, 'id -u; id -g')).split('\n').map(Number);
    const facts = ['Examples', 'Examples/a.ipynb', 'Examples/a-2.ipynb'].map((path) =>
      statSync(join(ada.folder, path)),
    );
    expect(facts.map(({ uid: user, gid: group, mode }) => [user, group, (mode & 0o7777).toString(8)])).toEqual([
      [uid, gid, '2770'],
      [uid, gid, '660'],
      [uid, gid, '660'],
    ]);
    await rig.run(ada, 'chmod 500 Examples');
    await expect(gifts.copyBeside(to, gift)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('are read and changed by us as the member could: what another link names, and what is closed, stays closed', async () => {
    await using rig = await unixRig();
    const ada = await rig.member('ada@example.org');
    const viewer = { ...ada, userId: 'user00000009' };
    const writes: Tree = { root: ada.folder, who: await rig.identities.filesOf(ada, ada.folder, { writes: true }) };
    const reads: Tree = { root: ada.folder, who: await rig.identities.filesOf(viewer, ada.folder, { writes: false }) };
    const secret = join(rig.folder, 'secret');
    writeFileSync(secret, 'root’s', { mode: 0o600 });
    linkSync(secret, join(ada.folder, 'linked'));
    await expect(openFile(writes, 'linked')).rejects.toMatchObject({ code: 'forbidden' });
    await rig.run(ada, 'umask 007; echo shared >shared; echo own >own; chmod 600 own; mkdir shut; chmod 700 shut');
    await (await openFile(reads, 'shared')).handle.close();
    await expect(openFile(reads, 'own')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listFolder(reads, 'shut')).rejects.toMatchObject({ code: 'forbidden' });
    await (await openFile(writes, 'own')).handle.close();
    mkdirSync(join(ada.folder, 'roots'), { mode: 0o700 });
    chmodSync(join(ada.folder, 'roots'), 0o700);
    await expect(moveEntry(writes, 'shared', 'roots/shared')).rejects.toMatchObject({ code: 'forbidden' });
    expect(readFileSync(secret, 'utf8')).toBe('root’s');
  });
});
