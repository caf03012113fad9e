import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomeAdministrator, openWindow, photograph, screenshotFolder } from './browser.ts';
import { Platform } from './platform.ts';

/** What a master of a standalone cluster says of itself, as far as it is read. */
const cluster = {
  status: 'ALIVE',
  workers: [
    { state: 'ALIVE', cores: 16, coresused: 10, memory: 65_536, memoryused: 40_960 },
    { state: 'ALIVE', cores: 16, coresused: 0, memory: 65_536, memoryused: 0 },
  ],
  activeapps: [{ id: 'app-1', state: 'RUNNING' }],
};

/** Engines in a real browser. Nothing is started on them: `./test clusters` does that. */
describe('an administrator and a member, with a cluster beside the machine', () => {
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let master: Server;

  beforeAll(async () => {
    master = createServer((_, response) => void response.end(JSON.stringify(cluster)));
    master.listen(0, '127.0.0.1');
    await once(master, 'listening');
    const address = `127.0.0.1:${(master.address() as AddressInfo).port}`;
    platform = await Platform.prepare();
    const here = { type: 'standalone', master: `spark://${address}`, driver_host: '127.0.0.1', label: 'Team cluster' };
    const gone = { ...here, master: 'spark://127.0.0.1:9', page: 'http://127.0.0.1:9', label: 'Old cluster' };
    await platform.start({
      EMBERLAB_ENGINES: JSON.stringify({ team: { ...here, page: `http://${address}` }, old: gone }),
    });
    ({ browser, context, page } = await openWindow());
    await becomeAdministrator(page, platform.setUpUrl);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
    master?.close();
  });

  const admin = () => `${platform.url}/admin/engines`;
  const jupyter = () => `${platform.url}/projects/demo/jupyter`;
  const free = '22 of 32 cores and 88 GB of 128 GB are free on 2 machines.';

  it('the member chooses the cluster, and sees what is free there', async () => {
    await page.goto(jupyter());
    await page.getByLabel('Engine').first().click();
    await page.getByRole('option', { name: 'Team cluster' }).click();
    await page.getByText(free).waitFor();
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Executors/ }).waitFor();
  });

  it('the administrator sees all of them, and says who may use one', async () => {
    await page.goto(admin());
    await page.getByText(free).waitFor();
    await page.getByText(/spark:\/\/127\.0\.0\.1:9 does not answer/).waitFor();
    await page.getByRole('button', { name: 'Change who may use Team cluster' }).click();
    await page.getByText('Chosen ones').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('none', { exact: true }).waitFor();
  });

  it('the configuration that named it says that the project may not use it', async () => {
    await page.goto(jupyter());
    await page
      .getByText(/may not use the engine team/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Run Jupyter' }).isDisabled()).toBe(true);
  });

  it('both pages are readable, wide and narrow, light and dark', { timeout: 120_000 }, async () => {
    await page.goto(admin());
    await page.getByRole('button', { name: 'Change who may use Team cluster' }).click();
    await page.getByRole('radiogroup').getByText('All projects').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('none', { exact: true }).waitFor({ state: 'detached' });
    const file = (name: string) => (screen: string) => join(screenshotFolder, `${name}-${screen}.png`);
    const problems = [
      ...(await photograph(context, admin(), file('engines'), (p) => p.getByText(free).waitFor())),
      ...(await photograph(context, jupyter(), file('configuration-engine'), async (p) => {
        await p.getByText(free).waitFor();
        return p.getByText(free);
      })),
    ];
    expect(problems).toEqual([]);
  });
});
