import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { requestTo } from '../../lib/endpoint.ts';

/** More is no report. */
const maxBytes = 4 * 1024 * 1024;

/** How a running server is reached (a Unix socket, or `tcp://HOST:PORT`), and with what. */
export type JupyterAccess = { readonly socket: string; readonly secret: string };

/**
 * Asks one of our extensions in a server for a report; null where it doesn't give one in time. Users' code may have written the answer, so it is read with
 * care.
 */
export async function askJupyter<T extends z.ZodType>(
  { socket, secret }: JupyterAccess,
  path: string,
  report: T,
  signal: AbortSignal,
): Promise<z.output<T> | null> {
  const asked = request({
    ...requestTo(socket),
    path,
    headers: { host: 'localhost', authorization: `token ${secret}` },
    agent: false,
    signal,
  });
  try {
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
    asked.end();
    const [response] = await answered;
    if (response.statusCode !== 200) return null;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) return null;
      chunks.push(chunk as Buffer);
    }
    return report.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    return null;
  } finally {
    asked.destroy();
  }
}
