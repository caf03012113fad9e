/** What `emberlab login` puts into the address of its page. */
export type CliSearch = {
  /** on which the command line listens on this machine; without one it waits for a code that a person types */
  port?: number | undefined;
  /** which of the command line's own tries it is */
  state?: string | undefined;
  challenge?: string | undefined;
  /** the machine's name */
  host?: string | undefined;
  done?: boolean | undefined;
};

const fitting = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined;

export function readCliSearch(search: Record<string, unknown>): CliSearch {
  const port = Number(search['port']);
  return {
    port: Number.isInteger(port) && port >= 1024 && port <= 65_535 ? port : undefined,
    state: fitting(search['state'], /^[\w-]{20,100}$/),
    challenge: fitting(search['challenge'], /^[\w-]{43}$/),
    host: fitting(search['host'], /^[\w.-]{1,60}$/),
    done: search['done'] === true ? true : undefined,
  };
}

/** Where the code goes: to this machine alone, on a port and never to an address that a link could name. */
export function returnUrl({ port, state }: CliSearch, code: string): string | null {
  if (port === undefined || state === undefined) return null;
  return `http://127.0.0.1:${port}/?${new URLSearchParams({ code, state })}`;
}
