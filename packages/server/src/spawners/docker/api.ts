import { request } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** How long the engine may take to answer, ms. What it does meanwhile, such as ending a container, is added. */
const answerMs = 20_000;
/** The newest version of the API that this is written for; older engines are asked in their own. */
const newestVersion = [1, 44] as const;
/** What of an answer is read at most, bytes. */
const mostBytes = 16 * 1024 ** 2;

/** A container, as lists have it. */
export type ListedContainer = {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** created, running, exited, …; as the engine has it */
  readonly state: string;
};

/** A container, as far as it matters. */
export type Container = ListedContainer & {
  /** its name, as it was asked for */
  readonly image: string;
  /** its first process, by the engine's own numbers; 0: there is none */
  readonly pid: number;
  readonly exitCode: number;
  readonly memoryRanOut: boolean;
  /** why it could not be started; empty: nothing was wrong */
  readonly error: string;
  /** bytes; 0: no limit */
  readonly memory: number;
};

/** How far an image has come, as the engine tells it of each of its layers. */
export type PullMessage = {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
};

/** What of Docker's Engine API is used. Every call throws a `DockerError`. Names are those of containers. */
export type DockerApi = {
  /** The containers with this label, `NAME=VALUE`, whatever their state. */
  list(label: string): Promise<ListedContainer[]>;
  find(name: string): Promise<Container | null>;
  create(name: string, body: object): Promise<void>;
  start(name: string): Promise<void>;
  /** Ends it, by force after so many seconds, and removes it; fine where there is none. */
  remove(name: string, graceSeconds: number): Promise<void>;
  /** The last lines that it wrote before its log was there. */
  output(name: string): Promise<string>;
  hasImage(image: string): Promise<boolean>;
  /** Fetches an image; an error that is told on the way is thrown. */
  pull(image: string, onMessage: (message: PullMessage) => void): Promise<void>;
  /** The address that this machine has on a network; null: there is no such network, or it has none. */
  gatewayOf(network: string): Promise<string | null>;
  hasNetwork(network: string): Promise<boolean>;
  createNetwork(body: object): Promise<void>;
};

/** What the engine, or the way to it, said. `status`: of its answer; null: there was none, and `code` may say why. */
export class DockerError extends Error {
  override readonly name = 'DockerError';
  readonly status: number | null;
  readonly code: string;
  constructor(message: string, { status, code = '' }: { status: number | null; code?: string }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Asked = { readonly query?: Readonly<Record<string, string>>; readonly body?: object; readonly waitMs?: number };

const messageOf = (text: string): string => {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // then it is not the engine's word
  }
  return text.slice(0, 300);
};

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new DockerError('its answer is too long', { status: null });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const textOf = async (stream: Readable): Promise<string> => (await bytesOf(stream)).toString('utf8');

type StateJson = { Status: string; Pid: number; ExitCode: number; OOMKilled: boolean; Error: string };
type ContainerJson = {
  Id: string;
  State: StateJson;
  Config: { Image: string; Labels: Record<string, string> | null };
  HostConfig: { Memory: number };
};

/** Speaks with the engine at a Unix socket. Nothing is asked yet. */
export function openDocker(socketPath: string): DockerApi {
  let prefix: Promise<string> | null = null;

  /** One request; resolves with the answer as soon as it begins. */
  function send(method: string, path: string, { query = {}, body, waitMs = 0 }: Asked): Promise<Readable> {
    const search = new URLSearchParams(query).toString();
    const content = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          socketPath,
          method,
          path: search === '' ? path : `${path}?${search}`,
          headers: {
            host: 'docker',
            ...(content === '' ? {} : { 'content-type': 'application/json' }),
            'content-length': Buffer.byteLength(content),
          },
          timeout: answerMs + waitMs,
          agent: false,
        },
        (answer) => {
          const status = answer.statusCode ?? 0;
          if (status < 400) return resolve(answer);
          textOf(answer).then((text) => reject(new DockerError(messageOf(text), { status })), reject);
        },
      );
      asked.on('timeout', () => {
        const seconds = (answerMs + waitMs) / 1000;
        asked.destroy(new DockerError(`no answer within ${seconds} seconds`, { status: null }));
      });
      asked.on('error', (error: NodeJS.ErrnoException) => {
        reject(
          error instanceof DockerError ? error : new DockerError(error.message, { status: null, ...codeOf(error) }),
        );
      });
      asked.end(content);
    });
  }

  /** `/v1.44`, or of an older engine its own. */
  const versioned = (): Promise<string> =>
    (prefix ??= (async () => {
      const answer = await send('GET', '/version', {});
      const { ApiVersion = '' } = JSON.parse(await textOf(answer)) as { ApiVersion?: string };
      const [major = 1, minor = 41] = ApiVersion.split('.').map(Number);
      const isOlder = major < newestVersion[0] || (major === newestVersion[0] && minor < newestVersion[1]);
      return isOlder ? `/v${major}.${minor}` : `/v${newestVersion.join('.')}`;
    })().catch((error: unknown) => {
      prefix = null;
      throw error;
    }));

  const ask = async (method: string, path: string, asked: Asked = {}): Promise<Readable> =>
    send(method, `${await versioned()}${path}`, asked);

  const json = async <T>(path: string, query: Record<string, string> = {}): Promise<T> =>
    JSON.parse(await textOf(await ask('GET', path, { query }))) as T;

  const jsonOrNull = async <T>(path: string): Promise<T | null> => json<T>(path).catch(nullIfNone);

  /** Does something whose answer says no more than that it is done. */
  const act = async (method: string, path: string, asked: Asked = {}): Promise<void> => {
    await textOf(await ask(method, path, asked));
  };

  type NetworkJson = { IPAM?: { Config?: { Gateway?: string }[] | null } };
  const network = (name: string) => jsonOrNull<NetworkJson>(`/networks/${encodeURIComponent(name)}`);

  return {
    async list(label) {
      const filters = JSON.stringify({ label: [label] });
      const found = await json<{ Id: string; Labels: Record<string, string>; State: string }[]>('/containers/json', {
        all: 'true',
        filters,
      });
      return found.map(({ Id, Labels, State }) => ({ id: Id, labels: Labels, state: State }));
    },
    async find(name) {
      const found = await jsonOrNull<ContainerJson>(`/containers/${name}/json`);
      if (found === null) return null;
      const { Id, State, Config, HostConfig } = found;
      return {
        id: Id,
        labels: Config.Labels ?? {},
        state: State.Status,
        pid: State.Pid,
        image: Config.Image,
        exitCode: State.ExitCode,
        memoryRanOut: State.OOMKilled,
        error: State.Error,
        memory: HostConfig.Memory,
      };
    },
    create: (name, body) => act('POST', '/containers/create', { query: { name }, body }),
    start: (name) => act('POST', `/containers/${name}/start`, { waitMs: 60_000 }),
    async remove(name, graceSeconds) {
      await act('POST', `/containers/${name}/stop`, {
        query: { t: String(graceSeconds) },
        waitMs: graceSeconds * 1000 + 30_000,
      }).catch(nullIfNone);
      // One that is being removed already will be gone as well.
      await act('DELETE', `/containers/${name}`, { query: { force: 'true', v: 'true' }, waitMs: 60_000 }).catch(
        (error: unknown) => (error instanceof DockerError && error.status === 409 ? null : nullIfNone(error)),
      );
    },
    async output(name) {
      const query = { stdout: 'true', stderr: 'true', tail: '5' };
      return unframed(await bytesOf(await ask('GET', `/containers/${name}/logs`, { query })));
    },
    hasImage: async (image) => (await jsonOrNull(`/images/${image}/json`)) !== null,
    async pull(image, onMessage) {
      const [fromImage, tag] = withTag(image);
      const answer = await ask('POST', '/images/create', {
        query: { fromImage, tag },
        // Between two messages; large layers are unpacked in silence.
        waitMs: 600_000,
      });
      for await (const line of createInterface({ input: answer })) {
        if (line.trim() === '') continue;
        const message = JSON.parse(line) as PullMessage;
        if (message.error !== undefined) throw new DockerError(message.error, { status: 404 });
        onMessage(message);
      }
    },
    hasNetwork: async (name) => (await network(name)) !== null,
    async gatewayOf(name) {
      const gateways = ((await network(name))?.IPAM?.Config ?? []).flatMap(({ Gateway }) => Gateway ?? []);
      return gateways[0]?.split('/')[0] ?? null;
    },
    createNetwork: (body) => act('POST', '/networks/create', { body }),
  };
}

const nullIfNone = (error: unknown): null => {
  if (error instanceof DockerError && error.status === 404) return null;
  throw error;
};

const codeOf = (error: NodeJS.ErrnoException): { code?: string } =>
  error.code === undefined ? {} : { code: error.code };

/** The name of an image and its tag, or digest. Without one the engine would fetch all that there are. */
function withTag(image: string): [name: string, tag: string] {
  const at = image.indexOf('@');
  if (at !== -1) return [image.slice(0, at), image.slice(at + 1)];
  const colon = image.indexOf(':', image.lastIndexOf('/'));
  return colon === -1 ? [image, 'latest'] : [image.slice(0, colon), image.slice(colon + 1)];
}

/** What a container wrote, without the eight bytes in front of each piece that tell its stream and its length. */
function unframed(bytes: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    pieces.push(bytes.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(pieces).toString('utf8');
}
