import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestFiles } from '../../packages/server/src/features/files/testing.ts';
import { systemClock } from '../../packages/server/src/lib/clock.ts';
import { testApp, type TestApp } from '../../packages/server/src/testing/app.ts';
import { snappyFile } from '../../packages/web/src/features/files/preview/parquet.fixture.ts';
import { openWindow, photograph, screenshotFolder } from './browser.ts';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const attack = 'window.attacked = true';
const markup = `<img src=x onerror="${attack}"><script>${attack}</script>`;
const hostile = {
  cells: [
    { cell_type: 'markdown', source: `# Sales of January\n${markup}\n[link](javascript:${attack})` },
    {
      cell_type: 'code',
      execution_count: 1,
      source: 'plot(sales)',
      outputs: [
        {
          output_type: 'display_data',
          data: { 'text/html': markup, 'application/javascript': attack, 'text/plain': '3 rows' },
        },
        { output_type: 'display_data', data: { 'image/png': png } },
        { output_type: 'display_data', data: { 'image/png': `x" onerror="${attack}`, 'text/plain': markup } },
        { output_type: 'error', traceback: ['\u001b[31mValueError\u001b[0m: no such month'] },
      ],
    },
  ],
  metadata: { kernelspec: { display_name: 'PySpark' } },
  nbformat: 4,
};

/** The page Files in a browser, with the dashboard as it is built and the app in this process: nothing here needs Jupyter or Spark. */
let kit: TestApp;
let files: ReturnType<typeof createTestFiles>;
let folder: string;
let project: string;
let origin: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const violations: string[] = [];

beforeAll(async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  origin = `http://127.0.0.1:${port}`;
  folder = mkdtempSync(join(tmpdir(), 'emberlab-files-'));
  const dashboard = join(import.meta.dirname, '../../packages/web/dist');
  kit = await testApp({ clock: systemClock, projectsFolder: folder, publicOrigin: origin, dashboard });
  files = createTestFiles(kit, { clock: systemClock });
  files.registerRoutes(kit.router);
  const ada = { email: 'ada@example.org', name: 'Ada Lovelace', password: 'correct horse battery', admin: false };
  const { id } = await kit.users.service.create(ada);
  await kit.projects.service.create({ name: 'churn', label: 'Churn' }, id);
  project = join(folder, 'churn');
  await kit.app.listen({ port, host: '127.0.0.1' });
  ({ browser, context, page } = await openWindow());
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) violations.push(message.text());
  });
  await page.goto(`${origin}/login?next=${encodeURIComponent('/projects/churn/files?path=Resources')}`);
  await page.getByLabel('E-mail').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Files', exact: true }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await files?.close();
  await kit?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('uploads files in pieces, shows what is in them, and has what is deleted in the bin', async () => {
  const rows = Array.from({ length: 60_000 }, (_, row) => `${row},Customer ${row}\n`);
  const csv = `id,name\n${rows.join('')}`;
  await page.getByLabel('Files to upload').setInputFiles([
    { name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) },
    { name: 'sales.parquet', mimeType: 'application/octet-stream', buffer: Buffer.from(snappyFile, 'base64') },
  ]);
  await page.getByText('Uploads: 2 of 2 files').waitFor();
  await page.getByRole('button', { name: 'customers.csv', exact: true }).click();
  await page.getByRole('cell', { name: 'Customer 0', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  // By a worker of the page, and by parts of the file.
  await page.getByRole('button', { name: 'sales.parquet', exact: true }).click();
  await page.getByRole('cell', { name: '<b>Bob</b>', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByLabel('Select customers.csv').check();
  await page.getByRole('button', { name: 'Delete selected' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'customers.csv', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Bin', exact: true }).click();
  await page.getByRole('button', { name: 'Restore Resources/customers.csv' }).click();
  await page.getByText('The bin is empty').waitFor();
});

it('shows a hostile notebook, of which nothing runs', async () => {
  writeFileSync(join(project, 'Jupyter/sales.ipynb'), JSON.stringify(hostile));
  await page.goto(`${origin}/projects/churn/files?path=Jupyter&show=Jupyter%2Fsales.ipynb`);
  await page.getByRole('heading', { name: 'Sales of January' }).waitFor();
  expect(await page.getByText('3 rows').count()).toBe(1);
  expect(await page.getByRole('dialog').locator('img').count()).toBe(1);
  expect(await page.getByRole('dialog').locator('iframe, script, [onerror], a[href^="javascript"]').count()).toBe(0);
  expect(await page.evaluate(() => 'attacked' in window)).toBe(false);
  expect(violations).toEqual([]);
});

it('takes a whole folder, finds what is in it from above, and gives it back as an archive', async () => {
  const source = join(folder, 'source/raw');
  mkdirSync(join(source, 'june'), { recursive: true });
  writeFileSync(join(source, 'june/orders.csv'), 'id\n1\n');
  writeFileSync(join(source, 'notes.md'), '# Raw');
  await page.goto(`${origin}/projects/churn/files?path=Resources`);
  await page.getByLabel('Folder to upload').setInputFiles(source);
  await page.getByText('Uploads: 2 of 2 files').waitFor();
  await page.goto(`${origin}/projects/churn/files?q=orders&deep=true`);
  await page.getByRole('link', { name: 'Resources/raw/june' }).waitFor();
  await page.goto(`${origin}/projects/churn/files?path=Resources`);
  await page.getByRole('button', { name: 'What to do with raw' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download as .zip' }).click(),
  ]);
  const archive = join(folder, download.suggestedFilename());
  await download.saveAs(archive);
  const names = execFileSync('python3', ['-m', 'zipfile', '-l', archive], { encoding: 'utf8' });
  expect(names).toContain('raw/june/orders.csv');
});

it('has a folder of ten thousand files, page by page', async () => {
  mkdirSync(join(project, 'Resources/many'));
  for (let index = 0; index < 10_000; index += 1)
    writeFileSync(join(project, 'Resources/many', `part-${index}.csv`), '');
  await page.goto(`${origin}/projects/churn/files?path=Resources%2Fmany`);
  await page.getByText('200 of 10000 items').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('400 of 10000 items').waitFor();
});

it('looks right and is accessible in each size and colour scheme', async () => {
  mkdirSync(screenshotFolder, { recursive: true });
  const problems = await photograph(
    context,
    `${origin}/projects/churn/files?path=Resources`,
    (screen) => join(screenshotFolder, `files-${screen}.png`),
    (shown) => shown.getByText('sales.parquet').waitFor(),
  );
  expect(problems).toEqual([]);
});
