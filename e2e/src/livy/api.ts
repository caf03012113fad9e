import type { Target } from './target.ts';

// What a server answers has no type until a test looks at it.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

/** An answer. `json`: its body, undefined where that is no JSON. `message`: what an error says, whichever of Livy's forms it has. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
  readonly message: string;
};

/** `body`: sent as JSON. `raw`: sent as it is. `headers`: beside or instead of those that log in; null leaves one out. */
type Request = {
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
};

export type Call = (method: string, path: string, request?: Request) => Promise<Answer>;

/** Requests of one user to a target. As many clients do, it sends bodies without saying of which type they are. */
export const callAs =
  (target: Target, user: Readonly<Record<string, string>> = target.headers): Call =>
  async (method, path, { body, raw, headers = {} } = {}) => {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const sent = Object.entries({ ...user, ...target.extraHeaders, ...headers });
    const response = await fetch(target.url + path, {
      method,
      redirect: 'manual',
      headers: sent.filter((pair): pair is [string, string] => pair[1] !== null),
      // Of a text `fetch` would say that it is plain text.
      ...(text === undefined ? {} : { body: new TextEncoder().encode(text) }),
    });
    return read(response);
  };

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = parse(text);
  const message = typeof json === 'string' ? json : typeof json?.msg === 'string' ? json.msg : text;
  return { status: response.status, headers: response.headers, text, json, message };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What others do is there well before this, ms; a busy machine gets the time it needs. */
export const patience = 180_000;
/** The same for a driver that starts beside others. */
export const startPatience = 240_000;

/** Asks again until the answer is the awaited one. Throws with the last answer when it does not come. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  isIt: (answer: T) => boolean,
  { within, every }: { within?: number; every?: number } = {},
): Promise<T> {
  const deadline = performance.now() + (within ?? patience);
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (performance.now() > deadline)
      throw new Error(`${what}: waited in vain; the last answer was ${JSON.stringify(answer)?.slice(0, 1000)}`);
    await pause(every ?? 50);
  }
}

/** Between two looks. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
