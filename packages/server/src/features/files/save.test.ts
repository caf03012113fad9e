import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileRig } from './files.fixture.ts';

it('saves a whole file over the one that is there, and follows no link', async () => {
  await using rig = await fileRig();
  const { project, folder, edd, vic } = rig;
  const save = (path: string, payload: string, by = edd) =>
    rig.ask(by, 'PUT', '/content', {
      query: { path },
      payload,
      headers: { 'content-type': 'application/octet-stream' },
    });
  expect((await save('Jupyter/a.ipynb', 'first')).body).toMatchObject({ path: 'Jupyter/a.ipynb', size: 5 });
  expect((await save('Jupyter/a.ipynb', 'second')).status).toBe(200);
  expect(readFileSync(join(project, 'Jupyter/a.ipynb'), 'utf8')).toBe('second');
  expect((statSync(join(project, 'Jupyter/a.ipynb')).mode & 0o777).toString(8)).toBe('660');
  expect(readdirSync(join(project, 'Jupyter'))).toEqual(['a.ipynb']);
  expect((await save('Jupyter/b.ipynb', 'x', vic)).status).toBe(403);
  expect((await save('Jupyter', 'x')).status).toBe(409);
  expect((await save('nowhere/b.ipynb', 'x')).status).toBe(404);
  writeFileSync(join(folder, 'outside'), 'mine');
  symlinkSync(join(folder, 'outside'), join(project, 'Jupyter/link'));
  expect((await save('Jupyter/link', 'x')).status).toBe(409);
  expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('mine');
  expect((await rig.get('/usage')).body).toMatchObject({ storage: 'disk', bytes: null });
});
