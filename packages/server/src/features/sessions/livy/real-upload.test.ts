import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createRealRig, hasSpark } from '../testing/real-rig.ts';

const run = promisify(execFile);
const canCompile = await Promise.all([run('javac', ['-version']), run('jar', ['--version'])]).then(
  () => true,
  () => false,
);

/** A jar with one class, `words.Uploaded`, that knows a word. */
async function makeJar(): Promise<Buffer<ArrayBuffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'ember-jar-'));
  const source = 'package words; public class Uploaded { public static String word() { return "from a jar"; } }';
  await writeFile(join(folder, 'Uploaded.java'), source);
  await run('javac', ['-d', 'classes', '--release', '8', '-Xlint:-options', 'Uploaded.java'], { cwd: folder });
  await run('jar', ['cf', 'uploaded.jar', '-C', 'classes', '.'], { cwd: folder });
  const jar = await readFile(join(folder, 'uploaded.jar'));
  await rm(folder, { recursive: true });
  return jar;
}

test.skipIf(!hasSpark || !canCompile)(
  'a real driver imports an uploaded module, finds the class of an uploaded jar, and reads an uploaded file (needs a JDK)',
  { timeout: 240_000 },
  async () => {
    await using rig = await createRealRig();
    const origin = await rig.app.listen({ host: '127.0.0.1', port: 0 });
    const patient = { timeout: 120_000, interval: 50 };
    const upload = async (word: string, field: string, name: string, content: string | Buffer<ArrayBuffer>) => {
      const body = new FormData();
      body.set(field, new Blob([content]), name);
      const headers = { authorization: `Bearer ${rig.ada.email}` };
      const answer = await fetch(`${origin}/livy/demo/sessions/1/upload-${word}`, { method: 'POST', headers, body });
      expect([name, answer.status, await answer.text()]).toEqual([name, 200, '{}']);
    };
    const textOf = async (kind: string, code: string): Promise<string> => {
      const { body } = await rig.call('POST', '/sessions/1/statements', { body: { kind, code } });
      const path = `/sessions/1/statements/${body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    await rig.call('POST', '/sessions', { body: { kind: 'shared', driverMemory: '700m', driverCores: 1 } });
    await expect.poll(async () => (await rig.call('GET', '/sessions/1/state')).body.state, patient).toBe('idle');

    expect(await textOf('pyspark', 'import uploaded_module')).toMatch(/^ModuleNotFoundError/);
    await upload('pyfile', 'file', 'uploaded_module.py', 'def answer(_): return 42');
    const inTasks = 'sc.parallelize([1]).map(uploaded_module.answer).first()';
    expect(await textOf('pyspark', `import uploaded_module\n${inTasks}`)).toBe('42');

    const jar = await makeJar();
    expect(await textOf('spark', 'words.Uploaded.word()')).toMatch(/not found: value words/);
    await upload('jar', 'jar', 'uploaded.jar', jar);
    expect(await textOf('spark', 'words.Uploaded.word()')).toMatch(/: String = from a jar/);
    const onExecutors = 'sc.parallelize(Seq(1)).map(_ => words.Uploaded.word()).first()';
    expect(await textOf('spark', onExecutors)).toMatch(/: String = from a jar/);

    await upload('file', 'file', 'žđ 漢.txt', 'some words');
    const read = "lambda _: open(SparkFiles.get('žđ 漢.txt')).read()";
    expect(await textOf('pyspark', `from pyspark import SparkFiles\nsc.parallelize([1]).map(${read}).first()`)).toBe(
      "'some words'",
    );

    await rig.call('DELETE', '/sessions/1');
    expect(existsSync(join(rig.deps.config.paths.uploads, '1'))).toBe(false);
    expect(rig.errors).toEqual([]);
  },
);
