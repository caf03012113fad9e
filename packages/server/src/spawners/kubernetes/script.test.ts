import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startScript } from './script.ts';

it('becomes the server with exactly its arguments and environment, whatever is in them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ember-script-'));
  try {
    const nasty = `'; touch ${join(folder, 'owned')}; $(id) \`id\` "quoted" \\ \n-e`;
    const log = join(folder, "it's a log");
    const program = 'const { argv, env } = process; console.log(JSON.stringify([argv.slice(1), env, process.cwd()]))';
    const script = join(folder, 'start');
    const args = ['-e', program, '--', nasty];
    await writeFile(
      script,
      startScript({ file: process.execPath, args, env: { A: nasty, PATH: '/bin' }, cwd: folder, log }),
    );
    await promisify(execFile)('/bin/sh', [script], { env: { ...process.env, LEAK: 'yes' } });
    const [given, env, cwd] = JSON.parse(await readFile(log, 'utf8')) as [string[], Record<string, string>, string];
    expect(given).toEqual([nasty]);
    expect(env).toEqual({ A: nasty, PATH: '/bin' });
    expect(cwd).toBe(folder);
    await expect(readFile(join(folder, 'owned'))).rejects.toThrow('ENOENT');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
