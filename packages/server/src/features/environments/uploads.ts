import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { maxLibraryBytes, maxListBytes, type EnvironmentUpload } from '@emberlab/contract';
import { execa } from 'execa';
import { z } from 'zod';
import { HttpError } from '../../http/errors.ts';
import { writeFileAtomic } from '../../lib/files.ts';
import { newId } from '../../lib/ids.ts';
import { removeTree } from '../../lib/trees.ts';
import type { Builder } from './builder.ts';
import { change } from './operations/change.ts';
import { readFileName } from './packaging/file-names.ts';
import { readEnvironmentFile, readRequirements, type ReadList } from './packaging/lists.ts';

const kept = z.object({
  name: z.string().nullable(),
  change: change.options[1],
});
/** An upload that can be installed. */
export type Upload = z.infer<typeof kept>;

const looked = z.union([
  z.object({ problem: z.string() }),
  z.object({ name: z.string(), version: z.string(), path: z.string() }),
]);

export type Uploads = ReturnType<typeof createUploads>;

/** Files with libraries that people hand in. They lie in the folder of the project's environments, where members see nothing of them. */
export function createUploads(deps: { builder: Builder; python: string; jupyterFolder: string }) {
  const folderOf = (projectId: string, id: string) => join(deps.builder.projectFolder(projectId), 'uploads', id);

  /** Takes a wheel to where those of the project are; throws for what is none, or a hostile one. */
  async function keepWheel(
    projectId: string,
    folder: string,
  ): Promise<{ name: string; version: string; path: string }> {
    const project = deps.builder.projectFolder(projectId);
    const program = join(deps.jupyterFolder, 'keep_wheel.py');
    const { stdout } = await execa(deps.python, ['-I', program, folder, 'file', join(project, 'wheels')], {
      timeout: 120_000,
    });
    const answer = looked.parse(JSON.parse(stdout));
    if ('problem' in answer) throw new HttpError('bad_request', { message: answer.problem });
    return { ...answer, path: answer.path.slice(project.length + 1) };
  }

  async function understand(projectId: string, id: string, fileName: string): Promise<[EnvironmentUpload, Upload]> {
    const folder = folderOf(projectId, id);
    const path = join(folder, 'file', fileName);
    const answer = { id, fileName, name: null, version: null, requirements: [], leftOut: [] };
    const install = { kind: 'install' as const, requirements: [], wheel: null, source: null };
    const ofList = (kind: 'requirements' | 'environment', list: ReadList): [EnvironmentUpload, Upload] => [
      { ...answer, kind, requirements: [...list.requirements], leftOut: [...list.leftOut] },
      { name: null, change: { ...install, requirements: [...list.requirements] } },
    ];
    if (/\.ya?ml$/.test(fileName)) return ofList('environment', readEnvironmentFile(await readFile(path, 'utf8')));
    if (/\.(txt|in)$/.test(fileName)) return ofList('requirements', readRequirements(await readFile(path, 'utf8')));
    if (fileName.endsWith('.whl')) {
      const { name, version, path: place } = await keepWheel(projectId, folder);
      return [
        { ...answer, kind: 'wheel', name, version },
        { name, change: { ...install, wheel: { path: place, name, fileName } } },
      ];
    }
    const { name = null, version = null } = readFileName(fileName) ?? {};
    const source = { kind: 'file' as const, path: join('uploads', id, 'file', fileName), fileName };
    return [
      { ...answer, kind: 'source', name, version },
      { name, change: { ...install, source } },
    ];
  }

  return {
    /** Takes a file while it comes, and answers what it is. Throws for what can't be installed; nothing is left of it then. */
    async keep(projectId: string, fileName: string, source: Readable): Promise<EnvironmentUpload> {
      checkName(fileName);
      const id = newId();
      const folder = folderOf(projectId, id);
      await deps.builder.open(projectId);
      await mkdir(join(folder, '..'), { recursive: true, mode: 0o700 });
      try {
        await mkdir(folder, { mode: 0o700 });
        await mkdir(join(folder, 'file'), { mode: 0o700 });
        await receive(join(folder, 'file', fileName), source, mostBytesOf(fileName));
        const [answer, upload] = await understand(projectId, id, fileName);
        await writeFileAtomic(join(folder, 'upload.json'), JSON.stringify(upload));
        return answer;
      } catch (error) {
        await removeTree(folder);
        if (/ENOSPC|EDQUOT/.test((error as NodeJS.ErrnoException).code ?? ''))
          throw new HttpError('bad_request', {
            message: 'There is no room left for the file on the disk.',
            cause: error,
          });
        throw error;
      }
    },

    /** Null: there is none, or no more. */
    async find(projectId: string, id: string): Promise<Upload | null> {
      const text = await readFile(join(folderOf(projectId, id), 'upload.json'), 'utf8').catch(() => null);
      return text === null ? null : kept.parse(JSON.parse(text));
    },
  };
}

const isList = (fileName: string): boolean => /\.(ya?ml|txt|in)$/.test(fileName);
const mostBytesOf = (fileName: string): number => (isList(fileName) ? maxListBytes : maxLibraryBytes);

function checkName(fileName: string): void {
  const plain = /^[A-Za-z0-9_][A-Za-z0-9._+!-]*$/.test(fileName) && fileName.length <= 200 && !fileName.includes('..');
  const known = isList(fileName) || readFileName(fileName) !== null;
  if (plain && known) return;
  const message = plain
    ? 'Please upload a wheel (.whl), a source archive (.tar.gz, .zip), a requirements.txt or an environment.yml. Wheels and archives need a name such as library-1.0-py3-none-any.whl.'
    : 'Please take a plain file name, with letters, digits and . _ + - alone.';
  throw new HttpError('bad_request', { message, details: [{ path: 'name', message }] });
}

async function receive(path: string, source: Readable, most: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += (chunk as Buffer).length;
      if (bytes > most) {
        const size = most < 1024 ** 2 ? `${most / 1024} KB` : `${most / 1024 ** 2} MB`;
        throw new HttpError('payload_too_large', { message: `The file is too large: at most ${size} are taken.` });
      }
      await file.write(chunk as Buffer);
    }
  } finally {
    await file.close();
  }
}
