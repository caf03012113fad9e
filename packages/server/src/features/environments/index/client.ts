import type { IndexSettings } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';

/** the index that everybody has who names none */
const commonIndex = 'https://pypi.org/simple';
const json = 'application/vnd.pypi.simple.v1+json';
const acceptPages = `${json}, text/html;q=0.2`;
const patienceMs = 15_000;
const mostPageBytes = 64 * 1024 ** 2;

/** A file that an index has of a library. */
export type IndexFile = {
  readonly fileName: string;
  readonly requiresPython: string | null;
  readonly yanked: boolean;
};

/** Indexes in the order in which they are asked. */
export function indexesOf(
  settings: IndexSettings,
  platformEnv: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  if (settings.offline) return [];
  const common = platformEnv['UV_DEFAULT_INDEX'] ?? platformEnv['UV_INDEX_URL'] ?? platformEnv['PIP_INDEX_URL'];
  const first = settings.indexUrl ?? (common === undefined || !URL.canParse(common) ? commonIndex : common);
  return [...settings.extraIndexUrls, first].map((url) => url.replace(/\/+$/, ''));
}

export type IndexClient = {
  /** What an index has of a library; null: it has none of that name. Throws `index_unreachable`. */
  files(index: string, key: string): Promise<IndexFile[] | null>;
  /** The answer with all names of an index, to be read on; null: it has no such list. */
  names(index: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | null>;
};

/** Asks package indexes, by the simple API: as JSON (PEP 691) where they have it, else as HTML (PEP 503). */
export function createIndexClient(send: typeof fetch = fetch): IndexClient {
  async function ask(index: string, path: string, accept: string, signal: AbortSignal): Promise<Response> {
    const url = new URL(`${index}/${path}`);
    const headers: Record<string, string> = { accept };
    if (url.username !== '') {
      const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
      headers['authorization'] = `Basic ${Buffer.from(login).toString('base64')}`;
      url.username = '';
      url.password = '';
    }
    try {
      return await send(url, { headers, signal, redirect: 'follow' });
    } catch (cause) {
      throw new HttpError('index_unreachable', { cause });
    }
  }

  return {
    async files(index, key) {
      const answer = await ask(index, `${key}/`, acceptPages, AbortSignal.timeout(patienceMs));
      if (answer.status === 404 || answer.status === 410) {
        await answer.body?.cancel();
        return null;
      }
      if (!answer.ok) {
        await answer.body?.cancel();
        const message = `The package index answered ${answer.status}. Please try again in a moment, or tell an administrator.`;
        throw new HttpError('index_unreachable', { message });
      }
      const text = await bounded(answer);
      return answer.headers.get('content-type')?.includes('json') === true ? filesOfJson(text) : filesOfHtml(text);
    },

    async names(index, signal) {
      const answer = await ask(index, '', json, signal);
      if (answer.ok && answer.headers.get('content-type')?.includes('json') === true) return answer.body;
      await answer.body?.cancel();
      return null;
    },
  };
}

async function bounded(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of answer.body ?? []) {
      bytes += part.length;
      if (bytes > mostPageBytes) throw new Error('too much');
      parts.push(part);
    }
  } catch (cause) {
    throw new HttpError('index_unreachable', { cause });
  }
  return Buffer.concat(parts).toString('utf8');
}

function filesOfJson(text: string): IndexFile[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new HttpError('index_unreachable', {
      message: 'The package index gave an answer that can not be read.',
      cause,
    });
  }
  const { files } = parsed as { files?: unknown };
  if (!Array.isArray(files)) return [];
  return (files as Record<string, unknown>[]).flatMap((one) =>
    typeof one['filename'] === 'string'
      ? [
          {
            fileName: one['filename'],
            requiresPython: typeof one['requires-python'] === 'string' ? one['requires-python'] : null,
            yanked: one['yanked'] === true || typeof one['yanked'] === 'string',
          },
        ]
      : [],
  );
}

/** Links of the page, whose text is the name of the file. */
function filesOfHtml(text: string): IndexFile[] {
  const files: IndexFile[] = [];
  for (const [, attributes = '', name = ''] of text.matchAll(/<a\b([^>]*)>([^<]*)<\/a>/gi)) {
    const [, wanted] = /data-requires-python\s*=\s*["']([^"']*)["']/i.exec(attributes) ?? [];
    files.push({
      fileName: name.trim(),
      requiresPython:
        wanted === undefined ? null : wanted.replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
      yanked: /\bdata-yanked\b/i.test(attributes),
    });
  }
  return files;
}
