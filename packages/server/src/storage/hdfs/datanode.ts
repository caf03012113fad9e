import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StorageError } from '../storage.ts';

/** How long nothing may come or go. */
const silentMs = 120_000;

/**
 * Asks a DataNode, which says `100 Continue` to whoever sends something, asked or not: fetch takes that for the end. Answers its answer, which is to be read or
 * destroyed.
 */
export async function askDataNode(
  place: string,
  method: 'GET' | 'PUT',
  content: AsyncIterable<Uint8Array> | null,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = place.startsWith('https:') ? requestHttps : requestHttp;
  const asking = request(place, { method, headers: { 'content-type': 'application/octet-stream' } });
  asking.once('response', resolve);
  asking.once('error', reject);
  asking.setTimeout(silentMs, () => asking.destroy(new Error('nothing has come for too long')));
  try {
    if (content === null) asking.end();
    // An answer that comes before all is sent is a refusal.
    else await Promise.race([pipeline(Readable.from(content, { objectMode: false }), asking), promise]);
    return await promise;
  } catch (error) {
    promise.catch(() => undefined);
    asking.destroy();
    throw new StorageError('away', 'a DataNode of HDFS does not answer', { cause: error });
  }
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
