import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@emberlab/contract';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAt, openWindow } from './browser.ts';
import { openGateway, startPatience } from './gateway.ts';
import { Platform } from './platform.ts';

/** Addresses that are left at once, for another page or another origin; what is seen of them on the way is photographed where they are tested. */
const leftAtOnce = new Set([
  '/opening',
  '/invitation',
  '/projects/$project',
  '/projects/$project/jupyter/open',
  '/projects/$project/applications/$id',
  '/projects/$project/applications/$id/ui',
  '/projects/$project/jobs/runs/$run/ui',
]);
/** Those for who is not logged in. */
const forStrangers = new Set(['/login', '/setup']);

/** Pages as they are with something in them: a session, a batch, a job that has run, a file. */
describe('every page of the dashboard', () => {
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let paths: string[];
  const values: Record<string, string> = { $project: 'demo', $executor: 'driver' };
  const errors: string[] = [];

  beforeAll(async () => {
    platform = await Platform.prepare();
    ({ browser, context, page } = await openWindow());
    page.on('pageerror', (error) => errors.push(`${page.url()}: ${error.message}`));
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
  });

  it('has something in it', { timeout: 600_000 }, async () => {
    const gateway = await openGateway(platform);
    const session = await gateway.firstSession();
    await gateway.idle(session.id);
    await gateway.textOf(session.id, await gateway.submit(session.id, 'spark.range(100).count()'));
    const hello = join(platform.data, 'projects/demo/Resources/hello.py');
    writeFileSync(hello, 'print("hello")\n', { mode: 0o644 });
    const client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token: gateway.token });
    const params = { project: 'demo' };
    const job = await client.call('jobs.create', {
      params,
      body: { name: 'hello', type: 'python', program: 'Resources/hello.py' },
    });
    const run = await client.call('jobs.run', { params: { ...params, id: job.id }, body: {} });
    const stateOfRun = async () => (await client.call('executions.get', { params: { ...params, id: run.id } })).state;
    await expect.poll(stateOfRun, { timeout: startPatience, interval: 100 }).toBe('succeeded');
    const { body: batch } = await gateway.ask('POST', '/batches', { file: hello, driverMemory: '512m' });
    expect(batch).toHaveProperty('id');
    Object.assign(values, { $id: String(session.id), $job: String(job.id), $run: String(run.id) });
    values['$batch'] = String((batch as { id: number }).id);

    await page.goto(`${platform.url}/login`);
    // oxlint-disable-next-line no-underscore-dangle -- where the router leaves itself, for its own tools
    paths = await page.evaluate(() => Object.keys((globalThis as unknown as Routed).__TSR_ROUTER__.routesByPath));
    expect(paths.length).toBeGreaterThan(40);
    expect([...leftAtOnce, ...forStrangers].filter((path) => !paths.includes(path))).toEqual([]);
  });

  const addressOf = (path: string): string =>
    path
      .replace('batches/$id', 'batches/$batch')
      .replaceAll(/\$\w+/g, (name) => values[name] ?? name)
      .replace(/(.)\/$/, '$1');

  it('has nothing that axe finds, and fits a phone', { timeout: 600_000 }, async () => {
    const problems: string[] = [];
    const look = async (path: string) => problems.push(...(await lookAt(page, `${platform.url}${addressOf(path)}`)));
    for (const path of forStrangers) await look(path);
    await logIn(page, platform.url);
    for (const path of new Set(paths)) {
      if (!leftAtOnce.has(path) && !forStrangers.has(path)) await look(path);
    }
    expect(problems).toEqual([]);
    expect(errors).toEqual([]);
    expect(context.pages()).toHaveLength(1);
  });
});

type Routed = { __TSR_ROUTER__: { routesByPath: Record<string, unknown> } };

async function logIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/login`);
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('link', { name: 'Demo' }).first().waitFor();
}
