import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Client, type ExampleKernel } from '@emberlab/contract';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { becomeAdministrator, openWindow, photograph, screenshotFolder } from './browser.ts';
import { JupyterPage, type Cell, type Notebook, type Output } from './notebook.ts';
import { Platform, runCommand } from './platform.ts';
import { hasSparkR } from './spark-r.ts';

type Listed = { readonly id: string; readonly kernel: ExampleKernel; readonly prints: readonly string[] };
type Content = { readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[] };

const gallery = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../examples/gallery.json'), 'utf8'),
) as readonly Listed[];
const of = (kernel: ExampleKernel) => gallery.filter((each) => each.kernel === kernel);
const params = { project: 'demo' };

/** Takes away what the notebook before has left, so that each has to bring what it needs: one application is enough for all. */
const remember = '_before = set(globals())';
const forget = `for _name in [each for each in globals() if each not in _before and not each.startswith("_")]:
    del globals()[_name]`;
const forgetViews = 'for _table in spark.catalog.listTables():\n    spark.catalog.dropTempView(_table.name)';

/** All that a cell shows, and of what is no text its kind. */
const shown = ({ outputs }: Cell): string =>
  outputs
    .map((output) => (output.kind === 'display' ? Object.entries(output.data).flat().join('\n') : output.text))
    .join('\n');

/** What a cell says of a failure: a Spark kernel on its second stream, where warnings may stand too. */
const isFailure = (output: Output): boolean =>
  output.kind === 'error' ||
  (output.kind === 'stream' && output.name === 'stderr' && /error|exception/i.test(output.text));

describe('the examples', () => {
  let platform: Platform;
  let client: Client;
  let stopServer: (() => Promise<void>) | undefined;
  const notebooks = new Map<ExampleKernel, Notebook>();
  let firsts: Cell[];
  let browser: Browser;
  let context: BrowserContext;
  let tab: Page;

  /** Copies an example into the project, runs its cells in order, and looks for what it is to print. */
  async function check({ id, kernel, prints }: Listed): Promise<void> {
    const notebook = notebooks.get(kernel);
    if (notebook === undefined) throw new Error(`no kernel ${kernel}`);
    const { path } = await client.call('examples.copy', { params: { ...params, example: id } });
    const { cells } = JSON.parse(readFileSync(join(platform.data, 'projects/demo', path), 'utf8')) as Content;
    let all = '';
    for (const { cell_type: type, source } of cells) {
      if (type !== 'code') continue;
      const cell = await notebook.run(source.join(''));
      const said = shown(cell);
      expect(cell.outputs.filter(isFailure), `${id}: ${source.join('')}\n${said}`).toEqual([]);
      all += `${said}\n`;
    }
    expect({ id, absent: prints.filter((pattern) => !new RegExp(pattern, 'm').test(all)) }).toEqual({ id, absent: [] });
  }

  beforeAll(async () => {
    platform = await Platform.prepare();
    await platform.start();
    ({ browser, context, page: tab } = await openWindow());
    await becomeAdministrator(tab, platform.setUpUrl);
    const token = ['token', 'create', '--user', 'ada@example.org', '--name', 'examples'];
    const { stdout } = await runCommand('./emberlab', token, { env: platform.env });
    client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token: stdout.trim() });
    const built = async () => (await client.call('environment.get', { params })).current !== null;
    await vi.waitUntil(built, { timeout: 240_000, interval: 200 });
    const properties = 'spark.sql.shuffle.partitions=4';
    const configuration = { type: 'spark', driverMemoryMb: 1024, driverCores: 1, properties } as const;
    await client.call('jupyter.start', { params, body: { configuration } });
    const stateIs = (...states: string[]) =>
      vi.waitUntil(async () => states.includes((await client.call('jupyter.server', { params })).state), {
        timeout: 120_000,
        interval: 100,
      });
    stopServer = async () => {
      await client.call('jupyter.stop', { params });
      await stateIs('stopped', 'failed');
    };
    await stateIs('running');
    const page = await JupyterPage.open((await client.call('jupyter.open', { params, body: {} })).url);
    for (const kernel of ['pysparkkernel', 'sparkkernel', 'sparkrkernel', 'python3'] as const) {
      if (kernel !== 'sparkrkernel' || hasSparkR()) notebooks.set(kernel, await page.notebook(kernel));
    }
    // All drivers start at once; each test waits for its own.
    firsts = [...notebooks].filter(([kernel]) => kernel !== 'python3').map(([, notebook]) => notebook.begin('1'));
  });
  afterAll(async () => {
    await browser?.close();
    for (const notebook of notebooks.values()) notebook.close();
    // A server outlives the platform, and its drivers too.
    await stopServer?.();
    await platform?.remove();
  });

  it('stand in a gallery, from which one is copied into the project and opened in JupyterLab', async () => {
    const address = `${platform.url}/projects/demo/examples`;
    const picture = (name: string) => (screen: string) => join(screenshotFolder, `${name}-${screen}.png`);
    const problems = [
      ...(await photograph(context, address, picture('examples'), async (page) => {
        await page.getByRole('article').nth(11).waitFor();
      })),
      ...(await photograph(context, `${address}?show=first_steps`, picture('example'), async (page) => {
        await page.getByText('sc.parallelize').first().waitFor();
      })),
    ];
    expect(problems).toEqual([]);
    await tab.goto(address);
    await tab.getByRole('link', { name: 'First steps with PySpark' }).click();
    await tab.getByRole('button', { name: 'Copy to project and open' }).click();
    await tab.locator('.jp-Notebook').getByRole('heading', { name: 'A data frame is a plan' }).waitFor();
    await tab.locator('.lm-TabBar-tabLabel', { hasText: 'first_steps.ipynb' }).first().waitFor();
  });

  describe('of PySpark', () => {
    beforeAll(async () => {
      await firsts[0]?.ended;
      const python = notebooks.get('pysparkkernel');
      for (const magic of ['', '%%local\n']) await python?.run(`${magic}${remember}`);
    });

    it.each(of('pysparkkernel'))('$id runs, and prints what it says', async (example) => {
      await check(example);
      const python = notebooks.get('pysparkkernel');
      for (const code of [forgetViews, forget, `%%local\n${forget}`]) expect((await python?.run(code))?.text).toBe('');
    });
  });

  it.each([...of('sparkkernel'), ...of('python3')])('$id runs by its own kernel', check);

  it.skipIf(!hasSparkR()).each(of('sparkrkernel'))('$id runs in R (needs R and SparkR)', check);
});
