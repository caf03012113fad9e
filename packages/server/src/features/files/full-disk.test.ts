import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FileUpload } from '@emberlab/contract';
import { describe, expect, test } from 'vitest';
import { canMount, fill, smallDisk } from '../../testing/small-disk.ts';
import { fileRig } from './files.fixture.ts';

describe.skipIf(!canMount)('a disk that is full', () => {
  test('takes no piece and says so; the upload goes on from what is there once something was deleted', async () => {
    await using it = await fileRig();
    using _disk = smallDisk(it.project, 1024);
    mkdirSync(join(it.project, 'Resources/large'), { recursive: true });
    const { body } = await it.post('/uploads', { folder: 'Resources', name: 'a', size: 200_000 });
    const upload = body as unknown as FileUpload;
    expect((await it.piece(upload.id, 0, Buffer.alloc(100_000))).status).toBe(200);
    fill(join(it.project, 'Resources/large/all'));
    const refused = await it.piece(upload.id, 100_000, Buffer.alloc(100_000));
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { error: { code: 'limit_reached', message: expect.stringContaining('no room left') as string } },
    ]);
    // Into the bin is no help, and works all the same; for good is.
    expect((await it.post('/removals', { paths: ['Resources/large/all'] })).body).toMatchObject({ removed: 1 });
    expect((await it.ask(it.edd, 'DELETE', '/bin')).status).toBe(200);
    fill(join(it.project, 'Resources/large/all'));
    expect((await it.post('/removals', { paths: ['Resources/large'], forever: true })).body).toMatchObject({
      removed: 1,
    });
    expect(readdirSync(join(it.project, 'Resources'))).toEqual([]);
    const [left] = ((await it.get('/uploads', {}, it.edd)).body as { items: FileUpload[] }).items;
    const from = left?.received ?? 0;
    expect(from).toBeGreaterThanOrEqual(100_000);
    expect((await it.piece(upload.id, from, Buffer.alloc(200_000 - from))).body).toMatchObject({
      entry: { size: 200_000 },
    });
    expect(existsSync(join(it.project, 'Resources/a'))).toBe(true);
  });
});
