import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { normalName } from '@emberlab/contract';
import { metadataOf, wheel, wheelName, type Package } from './archives.ts';

type File = {
  name: string;
  key: string;
  content: Buffer;
  metadata: string | null;
  wanted: string | null;
  yanked: boolean;
};

const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/** A package index in this process, with the simple API as JSON and metadata beside the wheels. */
export async function localIndex(packages: readonly Package[] = []) {
  const files = new Map<string, File>();
  const asked: string[] = [];
  let [broken, listed] = [false, true];
  let login: string | null = null;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://index').pathname;
    asked.push(path);
    const answer = (status: number, type: string, body: string | Buffer) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    const sent = request.headers.authorization;
    if (login !== null && sent !== `Basic ${Buffer.from(login).toString('base64')}`)
      return response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    if (broken) return answer(503, 'text/plain', 'no');
    const [, place, name = ''] = path.split('/');
    if (place === 'files') {
      const file = files.get(name.replace(/\.metadata$/, ''));
      if (file === undefined) return answer(404, 'text/plain', '');
      return answer(200, 'application/octet-stream', name.endsWith('.metadata') ? (file.metadata ?? '') : file.content);
    }
    const json = 'application/vnd.pypi.simple.v1+json';
    const meta = { meta: { 'api-version': '1.0' } };
    if (name === '') {
      if (!listed) return answer(200, 'text/html', '<html></html>');
      const names = [...new Set([...files.values()].map(({ key }) => key))];
      return answer(200, json, JSON.stringify({ ...meta, projects: names.map((one) => ({ name: one })) }));
    }
    const own = [...files.values()].filter(({ key }) => key === name);
    if (own.length === 0) return answer(404, 'text/plain', '');
    return answer(
      200,
      json,
      JSON.stringify({
        ...meta,
        name,
        files: own.map((file) => ({
          filename: file.name,
          url: `../../files/${file.name}`,
          hashes: { sha256: sha256(file.content) },
          'requires-python': file.wanted,
          yanked: file.yanked,
          ...(file.metadata === null ? {} : { 'core-metadata': { sha256: sha256(file.metadata) } }),
        })),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const index = {
    url: `http://127.0.0.1:${port}/simple`,
    /** paths that were asked for */
    asked,
    setBroken: (now: boolean): void => void (broken = now),
    /** `user:password` that has to be sent from now on; null: none. */
    setLogin: (now: string | null): void => void (login = now),
    setListed: (now: boolean): void => void (listed = now),
    add(one: Package, how: { wanted?: string; yanked?: boolean } = {}): void {
      const name = wheelName(one);
      files.set(name, {
        name,
        key: normalName(one.name),
        content: wheel(one),
        metadata: metadataOf(one),
        wanted: how.wanted ?? null,
        yanked: how.yanked ?? false,
      });
    },
    /** Any file, as source of it is. */
    addFile(name: string, key: string, content: Buffer): void {
      files.set(name, { name, key, content, metadata: null, wanted: null, yanked: false });
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  for (const one of packages) index.add(one);
  return index;
}
