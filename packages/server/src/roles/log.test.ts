import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSecret } from '../lib/ids.ts';
import { withRequestId } from '../lib/request-id.ts';
import { openLog } from './log.ts';

describe('the log of a process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = () => join(folder, 'control.log');

  /** What is in the file once so many lines have been written. */
  async function logged(lines: number, write: (log: Awaited<ReturnType<typeof openLog>>) => void | Promise<void>) {
    const config = {
      logLevel: 'info',
      metricsToken: 'scrape me, please',
      databaseUrl: 'postgres://ember:p%40ss%20word@db.example.org/emberlab?password=an%27other%20one',
      paths: { logs: folder },
    } as const;
    await write(await openLog(config, 'control'));
    const read = () => readFileSync(file(), 'utf8').split('\n').slice(0, -1);
    await expect.poll(() => (existsSync(file()) ? read().length : 0)).toBe(lines);
    return read();
  }

  it('holds no secret, wherever in a line it was planted', async () => {
    const secrets = Array.from({ length: 9 }, () => newSecret('ember_token'));
    const [a, b, c, d, e, f, g, h, i] = secrets as [string, ...string[]] & { length: 9 };
    const lines = await logged(8, (log) => {
      log.info(`message ${a}`);
      log.warn({ headers: { authorization: `Bearer ${b}`, cookie: [`emberlab=${c}`] } }, 'headers');
      log.error({ err: new Error(`failed with ${d}`, { cause: new Error(`because of ${e}`) }) }, 'error');
      log.error({ deep: { er: [{ url: `/-/open?ticket=${f}` }] } }, 'url');
      log.child({ token: g }).info('child');
      log.info({ [`key ${h}`]: 1 }, 'in a name');
      log.info(
        { password: 'hunter22', body: { newPassword: 'hunter23' }, x: 'scrape me, please' },
        `%s ${i}`,
        'format',
      );
      log.error({
        err: new Error('no postgres://ember:p%40ss%20word@db.example.org/emberlab'),
        x: `p@ss word, an'other one`,
      });
    });
    const text = lines.join('\n');
    for (const secret of secrets) expect(text).not.toContain(secret.slice('ember_token_'.length));
    expect(text).not.toMatch(/hunter2|scrape me|p%40ss|p@ss|other one/);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('names the request in every line that is written for it, and in no other', async () => {
    const lines = await logged(3, async (log) => {
      log.info('before');
      await withRequestId('request-1', async () => {
        await new Promise(setImmediate);
        log.child({ part: 'deep inside' }).warn({ x: 1 }, 'during');
      });
      log.info('after');
    });
    const ids = lines.map((line) => (JSON.parse(line) as { requestId?: string }).requestId);
    expect(ids).toEqual([undefined, 'request-1', undefined]);
  });

  it('can be read by its owner alone', async () => {
    await logged(1, (log) => log.info('x'));
    expect((statSync(file()).mode & 0o777).toString(8)).toBe('600');
  });
});
