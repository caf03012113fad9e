import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pieceBytes, type FileUpload } from '@emberlab/contract';
import { describe, expect, test } from 'vitest';
import { fileRig } from '../files.fixture.ts';
import { writePiece } from './piece.ts';

type Rig = Awaited<ReturnType<typeof fileRig>>;
const at = '2026-01-31T09:30:00.000Z';
const begin = async (it: Rig, body: object, by = it.edd) => {
  const answer = await it.post(
    '/uploads',
    { folder: 'Resources', name: 'a.bin', size: 10, changedAt: at, ...body },
    by,
  );
  return { status: answer.status, upload: answer.body as unknown as FileUpload, error: answer.body['error'] };
};
const fileOf = (it: Rig, name = 'a.bin') => join(it.project, 'Resources', name);
const partOf = (it: Rig, id: string) => join(it.project, '.emberlab/uploads', id);

describe('a file that comes in pieces', () => {
  test('is there once the last piece is, whole, for the group', async () => {
    await using it = await fileRig();
    const { upload } = await begin(it, {});
    expect(upload).toMatchObject({ received: 0, size: 10, entry: null });
    expect((await it.piece(upload.id, 0, '01234')).body).toMatchObject({ received: 5, entry: null });
    expect(existsSync(fileOf(it))).toBe(false);
    expect((await it.piece(upload.id, 5, '56789')).body).toMatchObject({
      received: 10,
      entry: { path: 'Resources/a.bin', size: 10 },
    });
    expect(readFileSync(fileOf(it), 'utf8')).toBe('0123456789');
    expect(statSync(fileOf(it)).mode & 0o777).toBe(0o660);
    expect(readdirSync(join(it.project, '.emberlab/uploads'))).toEqual([]);
    expect((await it.piece(upload.id, 0, 'x')).status).toBe(404);
  });

  test('is gone on with where it broke off, also by a browser that begins again', async () => {
    await using it = await fileRig();
    const { upload } = await begin(it, {});
    await it.piece(upload.id, 0, '0123');
    const again = await begin(it, {});
    expect(again.upload).toMatchObject({ id: upload.id, received: 4 });
    const wrong = await it.piece(upload.id, 0, '0123');
    expect([wrong.status, wrong.body]).toMatchObject([
      409,
      { error: { code: 'piece_misplaced', details: [{ path: 'at', message: '4' }] } },
    ]);
    expect((await it.piece(upload.id, 4, '456789')).body).toMatchObject({ entry: { size: 10 } });
    expect(readFileSync(fileOf(it), 'utf8')).toBe('0123456789');
    // Another file of that name is another upload.
    expect((await begin(it, { name: 'b', changedAt: null })).upload.id).not.toBe(
      (await begin(it, { name: 'b', changedAt: null })).upload.id,
    );
  });

  test('keeps of a piece that breaks off what has come of it', async () => {
    await using it = await fileRig();
    const { upload } = await begin(it, {});
    const broken = async function* () {
      yield Buffer.from('012');
      throw new Error('gone');
    };
    const file = await open(partOf(it, upload.id), 'r+');
    await expect(writePiece(file, 0, Readable.from(broken()), 10)).rejects.toMatchObject({ code: 'bad_request' });
    await file.close();
    expect((await begin(it, {})).upload.received).toBe(3);
  });

  test('is its sender’s alone, and listed until it is done or given up', async () => {
    await using it = await fileRig();
    const { upload } = await begin(it, {});
    await it.piece(upload.id, 0, '0123');
    expect((await it.get('/uploads', {}, it.edd)).body).toMatchObject({
      items: [{ id: upload.id, received: 4, name: 'a.bin' }],
    });
    expect((await it.get('/uploads', {}, it.ada)).body).toEqual({ items: [] });
    expect((await it.piece(upload.id, 4, '4', it.ada)).status).toBe(404);
    expect((await it.ask(it.ada, 'DELETE', `/uploads/${upload.id}`)).status).toBe(404);
    expect((await it.ask(it.edd, 'DELETE', `/uploads/${upload.id}`)).status).toBe(200);
    expect(existsSync(partOf(it, upload.id))).toBe(false);
    expect((await it.get('/uploads', {}, it.edd)).body).toEqual({ items: [] });
  });

  test('is given up by itself after a week without a piece', async () => {
    await using it = await fileRig();
    const { upload } = await begin(it, {});
    it.clock.advance(6 * 86_400_000);
    await it.piece(upload.id, 0, '0');
    it.clock.advance(6 * 86_400_000);
    await it.files.tidy();
    expect(existsSync(partOf(it, upload.id))).toBe(true);
    it.clock.advance(2 * 86_400_000);
    await it.files.tidy();
    expect(existsSync(partOf(it, upload.id))).toBe(false);
  });

  test('leaves another file of its name as it is, has it in the bin, or takes another name', async () => {
    await using it = await fileRig();
    writeFileSync(fileOf(it), 'before');
    const whole = async (conflict: string) => {
      const { status, upload } = await begin(it, { conflict, size: 3, changedAt: null });
      return status === 201 ? (await it.piece(upload.id, 0, 'new')).body : status;
    };
    expect(await whole('refuse')).toBe(409);
    expect(await whole('keepBoth')).toMatchObject({ entry: { name: 'a (2).bin' } });
    expect(await whole('replace')).toMatchObject({ entry: { name: 'a.bin' } });
    expect([readFileSync(fileOf(it), 'utf8'), readFileSync(fileOf(it, 'a (2).bin'), 'utf8')]).toEqual(['new', 'new']);
    expect((await it.get('/bin')).body).toMatchObject({ items: [{ path: 'Resources/a.bin', size: 6 }] });
    mkdirSync(fileOf(it, 'folder'));
    expect((await begin(it, { name: 'folder', conflict: 'replace' })).status).toBe(409);
    // One that comes while the upload is on its way is not lost either.
    const { upload } = await begin(it, { name: 'late', size: 1 });
    writeFileSync(fileOf(it, 'late'), 'before');
    expect((await it.piece(upload.id, 0, 'x')).status).toBe(409);
    expect(readFileSync(fileOf(it, 'late'), 'utf8')).toBe('before');
    expect((await begin(it, { name: 'late', size: 1, conflict: 'keepBoth' })).upload).toMatchObject({
      entry: { name: 'late (2)' },
    });
  });

  test('is there at once where it is empty', async () => {
    await using it = await fileRig();
    expect((await begin(it, { size: 0 })).upload).toMatchObject({ entry: { path: 'Resources/a.bin', size: 0 } });
  });

  test('is never longer than it said, in pieces that are bounded', async () => {
    await using it = await fileRig();
    const { upload } = await begin(it, {});
    expect((await it.piece(upload.id, 0, '0123456789+')).status).toBe(400);
    expect((await it.piece(upload.id, 0, '')).body).toMatchObject({ received: 0 });
    const large = await begin(it, { name: 'large', size: 100 * 1024 ** 2 });
    expect((await it.piece(large.upload.id, 0, Buffer.alloc(pieceBytes + 1))).status).toBe(400);
    expect((await it.piece(large.upload.id, 0, Buffer.alloc(pieceBytes))).body).toMatchObject({ received: pieceBytes });
  });

  test.each(['../x', 'a/b', '', '..', 'a\0b', 'a\u202eb', 'x'.repeat(256)])('is not called %j', async (name) => {
    await using it = await fileRig();
    expect((await begin(it, { name })).status).toBe(400);
  });

  test.each(['../other', 'absent', '.emberlab', 'out'])('does not go to %j', async (folder) => {
    await using it = await fileRig();
    symlinkSync(it.folder, join(it.project, 'out'));
    expect((await begin(it, { folder })).status).toBe(404);
  });

  test('is written into nothing that a member puts in its place meanwhile', async () => {
    await using it = await fileRig();
    const outside = join(it.folder, 'outside');
    writeFileSync(outside, 'mine');
    for (const put of [symlinkSync, linkSync]) {
      const { upload } = await begin(it, { name: `a-${put.name}` });
      rmSync(partOf(it, upload.id));
      put(outside, partOf(it, upload.id));
      expect((await it.piece(upload.id, 0, '0123')).status).toBe(404);
      expect(readFileSync(outside, 'utf8')).toBe('mine');
    }
  });

  test('stays within the room of the project, piece by piece', async () => {
    await using it = await fileRig();
    await it.kit.limits.measure();
    const used = (
      await it.kit.db.selectFrom('disk_uses').select('bytes').where('user_id', '=', '').executeTakeFirstOrThrow()
    ).bytes;
    await it.kit.db
      .insertInto('project_limits')
      .values({ project_id: it.projectId, kind: 'disk', value: used + 10 })
      .execute();
    expect((await begin(it, { size: 11 })).status).toBe(409);
    const { upload } = await begin(it, { name: 'a', size: 10 });
    const other = await begin(it, { name: 'b', size: 10 });
    expect((await it.piece(upload.id, 0, '01234567')).status).toBe(200);
    expect((await it.piece(other.upload.id, 0, '012')).status).toBe(409);
    expect((await it.piece(other.upload.id, 0, '01')).status).toBe(200);
  });
});
