import type { z } from 'zod';
import { addresses } from './addresses.ts';
import type { ErrorBody } from './errors.ts';
import type { RouteShape } from './route-shape.ts';
import type { RouteName, Routes } from './routes.ts';

// Of routes and schemas only the types: whoever calls the API, above all a page, need not load the schemas of all of it.

type Input<T> = T extends z.ZodType ? z.input<T> : never;
type Field<K extends string, T> = T extends z.ZodType ? Record<K, Input<T>> : unknown;
type PartOf<N extends RouteName, K extends keyof RouteShape> = Routes[N] extends Record<K, infer T> ? T : undefined;

/** What a call of route `N` takes: `params`, `query` and `body`, each only where the route has it. */
export type CallInput<N extends RouteName> = Field<'params', PartOf<N, 'params'>> &
  Partial<Field<'query', PartOf<N, 'query'>>> &
  Field<'body', PartOf<N, 'body'>>;

/** What route `N` answers. */
export type CallOutput<N extends RouteName> =
  PartOf<N, 'response'> extends z.ZodType ? z.output<PartOf<N, 'response'>> : never;

/** An answer of the server that says no. `message` may be shown to people as it is. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** which fields were wrong, where the answer says so */
  readonly details: readonly { path: string; message: string }[];
  readonly requestId: string;

  constructor(status: number, error: ErrorBody['error']) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.details = error.details ?? [];
    this.requestId = error.requestId;
  }
}

/** The server could not be reached at all, or answered something that isn't its own. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

export type ClientOptions = {
  /** origin, without `/api/v1`; empty for the page's own */
  baseUrl: string;
  /** API token, for programs; pages use their cookie */
  token?: string;
  fetch?: typeof fetch;
};

/** What a function takes after its first parameter. */
type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;

type LooseInput = { params?: Record<string, unknown>; query?: Record<string, string | undefined>; body?: unknown };

function addressOf(name: RouteName): { method: string; path: string } {
  const [method = '', path = ''] = addresses[name].split(' ');
  return { method, path };
}

/** The address of a route below the origin, with parameters filled in and encoded. */
export function routePath(name: RouteName, input: LooseInput = {}): string {
  const path = addressOf(name).path.replace(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(String(input.params?.[key])),
  );
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(key, value);
  }
  return `/api/v1${path}${query.size > 0 ? `?${query}` : ''}`;
}

async function readError(response: Response): Promise<Error> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return new NetworkError(`The server answered ${response.status} without saying why. Please try again in a moment.`);
  }
  if (!isErrorBody(json))
    return new NetworkError(`The server answered ${response.status}. Please try again in a moment.`);
  return new ApiError(response.status, json.error);
}

/** Whether this is an error of ours, and not of something in between. */
function isErrorBody(json: unknown): json is ErrorBody {
  const error = (json as Partial<ErrorBody> | null)?.error;
  if (error === undefined || error === null) return false;
  const { code, message, requestId, details = [] } = error;
  return (
    [code, message, requestId].every((text) => typeof text === 'string') &&
    Array.isArray(details) &&
    details.every((each) => typeof each?.path === 'string' && typeof each.message === 'string')
  );
}

/** A client whose calls are typed by the route table. Throws `ApiError` for an answer that says no, `NetworkError` when there is none. */
export function createClient(options: ClientOptions) {
  const send = options.fetch ?? fetch;

  async function ask(
    name: RouteName,
    input: LooseInput,
    content: { type: string; body: NonNullable<RequestInit['body']> } | null,
    signal: AbortSignal | undefined,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const headers = new Headers({ accept: 'application/json', ...more });
    if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`);
    if (content !== null) headers.set('content-type', content.type);
    let response: Response;
    try {
      response = await send(`${options.baseUrl}${routePath(name, input)}`, {
        method: addressOf(name).method,
        headers,
        ...(content === null ? {} : { body: content.body }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      // A page asks where it is from, and its reader sees that; a command line asks where it is told to.
      const at = options.baseUrl === '' ? '' : ` at ${options.baseUrl}`;
      throw new NetworkError(`Emberlab could not be reached${at}. Please check that it runs and try again.`, {
        cause: error,
      });
    }
    if (!response.ok) throw await readError(response);
    return response;
  }

  async function request<N extends RouteName>(name: N, ...rest: Rest<typeof ask>): Promise<CallOutput<N>> {
    const response = await ask(name, ...rest);
    return (await response.json()) as CallOutput<N>;
  }

  return {
    call<N extends RouteName>(name: N, input: CallInput<N>, signal?: AbortSignal): Promise<CallOutput<N>> {
      const loose = input as LooseInput;
      const { body } = loose;
      return request(
        name,
        loose,
        body === undefined ? null : { type: 'application/json', body: JSON.stringify(body) },
        signal,
      );
    },

    /** The same for a route that takes a file. */
    upload<N extends RouteName>(
      name: N,
      input: CallInput<N>,
      file: Blob,
      signal?: AbortSignal,
    ): Promise<CallOutput<N>> {
      return request(name, input as LooseInput, { type: 'application/octet-stream', body: file }, signal);
    },

    /** The same for a route that answers with text or a file, which may be a stream. */
    open<N extends RouteName>(
      name: N,
      input: CallInput<N>,
      signal?: AbortSignal,
      headers?: Readonly<Record<string, string>>,
    ): Promise<Response> {
      return ask(name, input, null, signal, { accept: '*/*', ...headers });
    },
  };
}
export type Client = ReturnType<typeof createClient>;
