import { request } from 'node:http';
import { beginningOf } from '../../lib/log-file.ts';
import { uiRequest, type UiAddress } from '../engine.ts';

const answerMs = 5000;
/** Spark's answer for one application has some hundred bytes. */
const maxAnswer = 64 * 1024;
/** How much of a log is searched for the address of the Spark UI: it stands near the beginning. */
const searchedBytes = 1024 * 1024;

/** The port of one of Spark's web pages, from what Spark writes to its log when that comes up; null: it has not. */
export function portIn(log: string, service: RegExp): number | null {
  const line = new RegExp(` Successfully started service '${service.source}' on port (\\d{1,5})\\.`);
  const port = Number(line.exec(log)?.[1] ?? 0);
  return port > 0 && port < 65_536 ? port : null;
}

/** That of the Spark UI. */
export const uiPortIn = (log: string): number | null => portIn(log, /SparkUI/);

/** The same from the file with the log of its driver. */
export const uiPortAt = async (stderr: string): Promise<number | null> =>
  uiPortIn(await beginningOf(stderr, searchedBytes));

/** The id of the application whose Spark UI answers there, by Spark's own REST; null: none does (yet). */
export async function applicationAt(ui: UiAddress): Promise<string | null> {
  const body = await ask(ui).catch(() => '');
  return /^\[\s*\{\s*"id"\s*:\s*"([\w-]{1,100})"/.exec(body)?.[1] ?? null;
}

function ask(ui: UiAddress): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asked = request(
    { ...uiRequest(ui), path: '/api/v1/applications', signal: AbortSignal.timeout(answerMs) },
    (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > maxAnswer) asked.destroy(new Error('that is no answer of Spark'));
      });
      answer.once('end', () => resolve(body));
      answer.once('error', reject);
    },
  );
  asked.once('error', reject).end();
  return promise;
}
