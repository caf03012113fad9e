import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Files } from './archives.ts';

/** A server of Git repositories in this process, by Git's own program for that. */
export async function gitServer(folder: string) {
  await mkdir(folder, { recursive: true });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://git');
    asked.push(pathname);
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        // Whoever runs the tests may not be who owns the folder.
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        REQUEST_METHOD: request.method ?? 'GET',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(child.stdin);
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('close', () => {
      const answer = Buffer.concat(parts);
      const end = answer.indexOf('\r\n\r\n');
      const headers = answer.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
      let status = 200;
      for (const header of headers) {
        const [name = '', value = ''] = header.split(': ');
        if (name === 'Status') status = Number(value.slice(0, 3));
        else if (name !== '') response.setHeader(name, value);
      }
      response.writeHead(end < 0 ? 500 : status).end(answer.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const git = (name: string, ...args: string[]) =>
    execa('git', ['-C', join(folder, name), '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args]);

  return {
    /** paths that were asked for */
    asked,
    urlOf: (name: string): string => `http://127.0.0.1:${port}/${name}`,
    /** Adds a commit to a repository, which is made first where it is not there. */
    async commit(name: string, files: Files, tag?: string): Promise<void> {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name, path)), { recursive: true });
        await writeFile(join(folder, name, path), content);
      }
      await git(name, 'init', '--quiet');
      await git(name, 'add', '--all');
      await git(name, 'commit', '--quiet', '--allow-empty', '--message=Something');
      if (tag !== undefined) await git(name, 'tag', tag);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
