import type { RequestOptions } from 'node:http';
import type { UiAddress } from './engine.ts';

/** How Spark's own pages are asked over HTTP, each time by a connection of its own. */
export const uiRequest = ({ port, headers, connect }: UiAddress): RequestOptions => ({
  host: '127.0.0.1',
  port,
  headers: { ...headers },
  // Node asks a function for the connection where there is no agent; `false` would be a new one.
  ...(connect === undefined ? { agent: false } : { createConnection: connect }),
});
