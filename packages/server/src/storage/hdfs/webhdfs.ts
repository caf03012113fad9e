import type { Readable } from 'node:stream';
import { z } from 'zod';
import { StorageError, type StorageFault } from '../storage.ts';
import { askDataNode, textOf } from './datanode.ts';

export type HdfsOptions = {
  /** web addresses of the NameNodes, as `http://HOST:9870`; the one that is active is found */
  readonly addresses: readonly string[];
  /** the folder of all projects, absolute */
  readonly root: string;
  /** who asks */
  readonly user: string;
  /** on whose behalf, where that user is one who may; null: their own */
  readonly onBehalfOf: string | null;
  /** the group of a project's files, with `{project}` in it; null: that of the folder above */
  readonly group: string | null;
};

const answerMs = 60_000;
/** A NameNode that has not been reached has done nothing. */
const unasked = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT']);
const codeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : '';

const status = z.object({
  pathSuffix: z.string(),
  type: z.enum(['FILE', 'DIRECTORY', 'SYMLINK']),
  length: z.number(),
  modificationTime: z.number(),
  fileId: z.number().optional(),
});
export type HdfsStatus = z.infer<typeof status>;

const located = z.object({ Location: z.url() });
const done = z.object({ boolean: z.boolean() });
const batch = z.object({
  DirectoryListing: z.object({
    partialListing: z.object({ FileStatuses: z.object({ FileStatus: z.array(status) }) }),
    remainingEntries: z.number(),
  }),
});
const summary = z.object({
  ContentSummary: z.object({
    length: z.number(),
    fileCount: z.number(),
    directoryCount: z.number(),
    quota: z.number(),
    spaceConsumed: z.number(),
    spaceQuota: z.number(),
  }),
});
const refusal = z.object({ RemoteException: z.object({ exception: z.string(), message: z.string() }) });

const faults: Readonly<Record<string, StorageFault>> = {
  FileNotFoundException: 'absent',
  FileAlreadyExistsException: 'taken',
  ParentNotDirectoryException: 'misplaced',
  AccessControlException: 'denied',
  AuthorizationException: 'denied',
  SecurityException: 'denied',
  NSQuotaExceededException: 'full',
  DSQuotaExceededException: 'full',
  QuotaExceededException: 'full',
  InvalidPathException: 'unfit',
  FSLimitException$PathComponentTooLongException: 'unfit',
  FSLimitException$MaxDirectoryItemsExceededException: 'full',
};

/** What a NameNode says that is not the active one. */
const standby = new Set(['StandbyException', 'RetriableException', 'SafeModeException']);

type Query = Readonly<Record<string, string | number | boolean>>;
type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** As much of WebHDFS as we use. Paths are whole. */
export function createWebHdfs({ addresses, user, onBehalfOf }: HdfsOptions) {
  let active = 0;

  const urlAt = (address: string, path: string, op: string, query: Query): string => {
    const url = new URL(`${address}/webhdfs/v1${path.split('/').map(encodeURIComponent).join('/')}`);
    const all: Query = { op, 'user.name': user, ...(onBehalfOf === null ? {} : { doas: onBehalfOf }), ...query };
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, String(value));
    return url.href;
  };

  /** Asks the NameNode that is active: each in turn, from the one that was. */
  async function ask(method: Method, path: string, op: string, query: Query = {}): Promise<unknown> {
    let last: unknown;
    for (let attempt = 0; attempt < addresses.length; attempt += 1) {
      const at = (active + attempt) % addresses.length;
      let answer: Response;
      try {
        answer = await fetch(urlAt(addresses[at] ?? '', path, op, query), {
          method,
          redirect: 'manual',
          signal: AbortSignal.timeout(answerMs),
        });
      } catch (error) {
        last = new StorageError('away', 'HDFS does not answer', { cause: error });
        // A change that nobody has answered may be done: another NameNode would say that there is nothing to do it with.
        if (method !== 'GET' && !unasked.has(codeOf(error))) throw last;
        continue;
      }
      if (answer.ok) {
        active = at;
        const text = await answer.text().catch(() => 'cut off');
        return text === '' ? null : jsonOf(text);
      }
      const refused = refusalIn(answer.status, await answer.text().catch(() => ''));
      if (!refused.standby) throw refused.error;
      last = refused.error;
    }
    throw last;
  }

  /** The DataNode's address for content; it is asked by nobody but us. */
  const placeOf = async (method: Method, path: string, op: string, query: Query): Promise<string> =>
    read(located, await ask(method, path, op, { ...query, noredirect: true })).Location;

  return {
    /** null: nothing is there. */
    async status(path: string): Promise<HdfsStatus | null> {
      try {
        return read(z.object({ FileStatus: status }), await ask('GET', path, 'GETFILESTATUS')).FileStatus;
      } catch (error) {
        // Something below a file is asked for.
        if (error instanceof StorageError && (error.fault === 'absent' || error.fault === 'misplaced')) return null;
        throw error;
      }
    },

    async list(path: string, after: string | null) {
      const query = after === null ? {} : { startAfter: after };
      const { DirectoryListing: listing } = read(batch, await ask('GET', path, 'LISTSTATUS_BATCH', query));
      return { items: listing.partialListing.FileStatuses.FileStatus, left: listing.remainingEntries };
    },

    async open(path: string, offset: number, length: number): Promise<Readable> {
      const place = await placeOf('GET', path, 'OPEN', { offset, length });
      const answer = await askDataNode(place, 'GET', null);
      if (answer.statusCode !== 200) throw refusalIn(answer.statusCode ?? 0, await textOf(answer)).error;
      return answer;
    },

    async create(path: string, content: AsyncIterable<Uint8Array>, permission: string): Promise<void> {
      const place = await placeOf('PUT', path, 'CREATE', { permission, overwrite: true });
      const answer = await askDataNode(place, 'PUT', content);
      const text = await textOf(answer);
      if (answer.statusCode !== 201) throw refusalIn(answer.statusCode ?? 0, text).error;
    },

    makeFolder: async (path: string, permission: string): Promise<void> => {
      const { boolean } = read(done, await ask('PUT', path, 'MKDIRS', { permission }));
      if (!boolean) throw new StorageError('misplaced', 'HDFS has not made the folder');
    },

    /** `onto`: in the place of a file, at once. Else it throws `taken`. */
    rename: async (from: string, to: string, { onto }: { onto: boolean }): Promise<void> =>
      void (await ask('PUT', from, 'RENAME', { destination: to, renameoptions: onto ? 'OVERWRITE' : 'NONE' })),

    /** With all that is in it; nothing where nothing is. */
    remove: async (path: string): Promise<void> => void (await ask('DELETE', path, 'DELETE', { recursive: true })),

    setGroup: async (path: string, group: string): Promise<void> =>
      void (await ask('PUT', path, 'SETOWNER', { group })),

    summary: async (path: string) => read(summary, await ask('GET', path, 'GETCONTENTSUMMARY')).ContentSummary,
  };
}

/** What is no answer of WebHDFS comes from something before it, such as a proxy that wants a login. */
function read<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new StorageError('away', 'HDFS answered with something else', { cause: parsed.error });
}

function refusalIn(code: number, text: string): { standby: boolean; error: StorageError } {
  const parsed = refusal.safeParse(jsonOf(text));
  if (!parsed.success) {
    const fault = code === 401 || code === 403 ? 'denied' : 'away';
    return { standby: false, error: new StorageError(fault, `HDFS answered ${code}`) };
  }
  const { exception, message } = parsed.data.RemoteException;
  const fault = faults[exception] ?? (code === 404 ? 'absent' : 'away');
  return { standby: standby.has(exception), error: new StorageError(fault, `HDFS: ${exception}: ${message}`) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
