import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openWindow, photograph, screenshotFolder, type Ready } from './browser.ts';
import { blocksOf, isAsSaid, runnableBlocks } from './docs/commands.ts';
import { Reader } from './docs/reader.ts';
import { Platform } from './platform.ts';

/** What a page without pictures may take to be seen, with search, as it comes through the network, bytes. */
const firstLoadLimit = 100_000;

/** A newcomer follows the guide, and reads it where the platform serves it. */
describe('the documentation', () => {
  let platform: Platform;
  let reader: Reader;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const refusals: string[] = [];

  beforeAll(async () => {
    platform = await Platform.prepare();
    await platform.start();
    reader = new Reader(platform);
    ({ browser, context, page } = await openWindow());
    // What the policy of a page refuses is told there alone.
    page.on('console', (message) => {
      if (message.type() === 'error') refusals.push(message.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
    reader?.remove();
  });

  /** Runs blocks and looks at what came out. */
  async function follow(blocks: ReturnType<typeof runnableBlocks>): Promise<void> {
    const { printed, failed } = await reader.run(blocks);
    const last = blocks[Math.max(0, printed.length - 1)];
    expect(failed, `docs/${last?.page}.md:\n${last?.commands}\nprinted ${printed.at(-1)}`).toBeNull();
    for (const [index, { page: name, commands, says }] of blocks.entries()) {
      if (says === null) continue;
      const text = printed[index] ?? '';
      expect(isAsSaid(says, text), `docs/${name}.md:\n${commands}\nprinted\n${text}\nand not\n${says}`).toBe(true);
    }
  }

  it('has commands that do what it says, from the installation on', { timeout: 400_000 }, async () => {
    const blocks = runnableBlocks();
    expect(new Set(blocks.map((block) => block.page)).size).toBeGreaterThanOrEqual(9);
    const isFirst = (block: (typeof blocks)[number]) => block.page === 'admin/installation';
    await follow(blocks.filter(isFirst));
    const token = reader.variable('TOKEN');
    reader.logIn(token, 'ada@example.org');
    const environment = `${platform.url}/api/v1/projects/demo/environment`;
    const isBuilt = async () => {
      const answer = await fetch(environment, { headers: { authorization: `Bearer ${token}` } });
      return answer.ok && ((await answer.json()) as { current: unknown }).current !== null;
    };
    await vi.waitUntil(isBuilt, { timeout: 150_000, interval: 200 });
    await follow(blocks.filter((block) => !isFirst(block)));
  });

  it('opens without a login, and each script of its pages may run', async () => {
    await page.goto(`${platform.url}/docs`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/docs/');
    await page.goto(`${platform.url}/docs/user/spark/`);
    const sidebar = page.getByRole('navigation', { name: 'Main' });
    expect(
      await sidebar
        .locator('summary')
        .allTextContents()
        .then((all) => all.map((text) => text.trim())),
    ).toEqual(['Start here', 'Using Emberlab', 'Administration', 'Reference', 'Developing Emberlab', 'Decisions']);
    await sidebar.getByRole('link', { name: 'Python libraries' }).click();
    await page.getByRole('heading', { level: 1, name: 'Python libraries' }).waitFor();
    expect(refusals).toEqual([]);
  });

  it('takes little to be seen for the first time', async () => {
    const fresh = await browser.newContext();
    const tab = await fresh.newPage();
    const network = await fresh.newCDPSession(tab);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await tab.goto(`${platform.url}/docs/user/jobs-schedule/`, { waitUntil: 'networkidle' });
    await fresh.close();
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThan(firstLoadLimit);
  });

  it('finds a page by words in it', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').locator('input').fill('backfill range of the past');
    const result = page
      .getByRole('dialog')
      .getByRole('link', { name: /Jobs that run by themselves|Times of the past/ });
    await result.first().click();
    await page.waitForURL(/\/docs\/user\/jobs-schedule\//);
    expect(refusals).toEqual([]);
  });

  it('shows a dark picture on a dark page, and keeps the reader’s choice', async () => {
    await page.goto(`${platform.url}/docs/user/jupyter/`);
    const theme = page.getByRole('combobox', { name: 'Select theme' }).first();
    const shown = (scheme: string) => page.locator(`.shot-${scheme}`).first().isVisible();
    await theme.selectOption('dark');
    expect([await shown('light'), await shown('dark')]).toEqual([false, true]);
    await page.reload();
    expect([await shown('light'), await shown('dark')]).toEqual([false, true]);
    await theme.selectOption('light');
    expect([await shown('light'), await shown('dark')]).toEqual([true, false]);
    await theme.selectOption('auto');
  });

  it('is read on a wide and on a narrow screen, light and dark, by everybody', async () => {
    const problems: string[] = [];
    for (const name of ['', 'admin/operations/', 'reference/settings/']) {
      const url = `${platform.url}/docs/${name}`;
      const file = (screen: string) =>
        join(import.meta.dirname, '../../build/site', `${name.replaceAll('/', '-') || 'index-'}${screen}.png`);
      problems.push(
        ...(await photograph(context, url, file, (shown) => shown.getByRole('heading', { level: 1 }).waitFor())),
      );
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto(url);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth),
        `the width of ${url}`,
      ).toBeLessThanOrEqual(390);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
    expect(problems).toEqual([]);
  });

  it('says where a page is not, in the same clothes', async () => {
    const answer = await page.goto(`${platform.url}/docs/user/nowhere/`);
    expect(answer?.status()).toBe(404);
    await page.getByRole('link', { name: 'Emberlab' }).first().waitFor();
  });

  it('is a click away from each page of the dashboard', async () => {
    await page.goto(`${platform.url}/login`);
    await page.getByLabel('E-mail').fill('ada@example.org');
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Demo' }).first().waitFor();
    for (const [address, heading] of [
      ['/projects/demo/jupyter', 'Jupyter notebooks'],
      ['/projects/demo/jobs', 'Jobs'],
      ['/projects/demo/settings/alerts', 'Alerts'],
      ['/admin/limits', 'Limits'],
    ] as const) {
      await page.goto(`${platform.url}${address}`);
      const [guide] = await Promise.all([
        context.waitForEvent('page'),
        page.getByRole('link', { name: 'Guide to this page' }).click(),
      ]);
      await guide.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
      await guide.close();
    }
    const [site] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Documentation' }).click(),
    ]);
    await site.waitForURL(`${platform.url}/docs/`);
    await site.close();
  });

  it('has pictures of what its commands have made', async () => {
    const shoot = (name: string, address: string, ready: Ready) =>
      photograph(
        context,
        `${platform.url}${address}`,
        (screen) => join(screenshotFolder, `${name}-${screen}.png`),
        ready,
      );
    const problems = [
      ...(await shoot('jobs', '/projects/demo/jobs', (shown) => shown.getByText('hello').first().waitFor())),
      ...(await shoot('run', '/projects/demo/jobs/runs/1', (shown) =>
        shown
          .getByText(/hello at/)
          .first()
          .waitFor(),
      )),
      ...(await shoot('alerts', '/projects/demo/settings/alerts', (shown) =>
        shown.getByText('Team chat').first().waitFor(),
      )),
    ];
    expect(problems).toEqual([]);
  });
});

describe('a block of commands', () => {
  it('counts where it is marked, with what it prints', () => {
    const text = '```sh test\na\nb\n```\n```text\nx\n```\n\n```sh\nc\n```\n```sh test\nd\n```\n\n```text\ny\n```\n';
    expect(blocksOf('p', text)).toEqual([
      { page: 'p', commands: 'a\nb\n', says: 'x\n' },
      { page: 'p', commands: 'd\n', says: null },
    ]);
  });

  it.each([
    ['a …\nc', 'a b\nb\nc\n', true],
    ['a.c', 'abc', false],
    ['NAME  BYTES', 'NAME    BYTES\n', true],
    ['{…"a":1…}', '{"b":2,"a":1,"c":3}', true],
    ['a', 'a\nb', false],
    ['{…}\nb', '{"a":1}b\n', true],
  ])('that says %j is met by %j: %s', (says, printed, met) => {
    expect(isAsSaid(says, printed)).toBe(met);
  });
});
