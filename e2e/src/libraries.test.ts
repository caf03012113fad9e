import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { wheel, wheelName } from '../../packages/server/src/features/environments/testing/archives.ts';
import { localIndex } from '../../packages/server/src/features/environments/testing/local-index.ts';
import { becomeAdministrator, openWindow, photograph, screenshotFolder, type Ready } from './browser.ts';
import { Platform, runCommand } from './platform.ts';

const report = { name: 'ember-report', version: '1.4.0', requires: ['ember-table>=2'] };
const table = { name: 'ember-table', version: '2.1.0' };
const byHand = { name: 'ember-chart', version: '0.3.0' };

/** The Python libraries of a project as its owner changes them: from an index of the administrator's, until Jupyter is broken and whole again. */
describe('Python libraries', () => {
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let index: Awaited<ReturnType<typeof localIndex>>;
  const accessibility: string[] = [];
  const libraries = () => `${platform.url}/projects/demo/settings/libraries`;
  const shoot = async (name: string, url: string, ready: Ready): Promise<void> => {
    accessibility.push(
      ...(await photograph(context, url, (screen) => join(screenshotFolder, `${name}-${screen}.png`), ready)),
    );
  };

  beforeAll(async () => {
    index = await localIndex([report, table, { ...table, version: '1.0.0' }]);
    platform = await Platform.prepare();
    await platform.start();
    ({ browser, context, page } = await openWindow());
    await becomeAdministrator(page, platform.setUpUrl);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
    await index?.close();
  });

  // What the page looked like when a step failed.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const folder = join(import.meta.dirname, '../../build/e2e-failures');
    await page.screenshot({ path: join(folder, `${task.name.replaceAll(/\W+/g, '-')}.png`) }).catch(() => undefined);
  });

  /** Waits until a change is over, and has come to what it should. */
  const done = (title: string) => page.getByText(`${title}: done`).waitFor({ timeout: 240_000 });
  const find = async (name: string): Promise<void> => page.getByLabel('Search libraries').fill(name);

  it('come from where the administrator says', async () => {
    await page.goto(libraries());
    await page.getByText(/revision 1$/).waitFor({ timeout: 240_000 });
    await page.goto(`${platform.url}/admin/libraries`);
    await page.getByLabel('Extra indexes').fill(index.url);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Saved/).waitFor();
    await shoot('package-index', `${platform.url}/admin/libraries`, (p) => p.getByLabel('Trusted hosts').waitFor());
  });

  it('are found by a part of their names while somebody types, with their versions', async () => {
    const searchIn = async (url: string): Promise<void> => {
      await page.goto(`${platform.url}/admin/libraries`);
      await page.getByLabel('Index', { exact: true }).fill(url);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText(/^Saved/).waitFor();
    };
    // The list of names of an index that all the world uses is long, and far away.
    await searchIn(index.url);
    await page.goto(libraries());
    await page.getByRole('button', { name: 'Install library' }).click();
    const field = page.getByRole('dialog').getByLabel('Library', { exact: true });
    await field.pressSequentially('ember', { delay: 20 });
    await page.getByRole('option', { name: 'ember-report' }).waitFor();
    expect(await page.getByRole('option').allTextContents()).toEqual(['ember-table', 'ember-report']);
    await field.pressSequentially('-t', { delay: 20 });
    await page.getByRole('option', { name: 'ember-report' }).waitFor({ state: 'detached' });
    await page.getByRole('option', { name: 'ember-table' }).click();
    await page.getByRole('dialog').getByLabel('Version', { exact: true }).click();
    for (const version of ['2.1.0', '1.0.0']) await page.getByRole('option', { name: version }).waitFor();
    await searchIn('');
  });

  it('are installed with what they need, and listed with who needs them', async () => {
    await page.goto(libraries());
    await page.getByRole('button', { name: 'Install library' }).click();
    // A line with a condition is not looked up among the names of all indexes, which may be far away.
    await page.getByRole('dialog').getByLabel('Library', { exact: true }).fill('ember-report>=1');
    await page.getByRole('button', { name: 'Install', exact: true }).click();
    await done('Install ember-report>=1');
    await find('ember-');
    const rows = page.getByRole('row').filter({ hasText: 'ember-' });
    await rows.filter({ hasText: 'for ember-report' }).filter({ hasText: '2.1.0' }).waitFor();
    expect(await rows.filter({ hasText: 'asked for' }).count()).toBe(1);
    await shoot('libraries', libraries(), (p) => p.getByText('50 of ').waitFor());
  });

  it('reach the driver and the executors of Spark', async () => {
    const account = ['token', 'create', '--user', 'ada@example.org', '--name', 'libraries'];
    const token = (await runCommand('./emberlab', account, { env: platform.env })).stdout.trim();
    const livy = async <T>(path: string, body?: object): Promise<T> => {
      const answer = await fetch(`http://127.0.0.1:${platform.port}/livy/demo${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as T;
    };
    const session = await livy<{ id: number }>('/sessions', { kind: 'pyspark', driverMemory: '700m' });
    const state = async () => (await livy<{ state: string }>(`/sessions/${session.id}`)).state;
    await expect.poll(state, { timeout: 180_000 }).toBe('idle');
    const code = `import ember_report
sc.parallelize([1, 2], 2).map(lambda _: __import__("ember_table").version).collect() + [ember_report.version]`;
    const { id } = await livy<{ id: number }>(`/sessions/${session.id}/statements`, { code });
    const statement = () => livy<{ output: object | null }>(`/sessions/${session.id}/statements/${id}`);
    await expect
      .poll(async () => (await statement()).output, { timeout: 180_000 })
      .toMatchObject({ status: 'ok', data: { 'text/plain': "['2.1.0', '2.1.0', '1.4.0']" } });
  });

  it('come as wheels from one’s own machine', async () => {
    await page.getByRole('button', { name: 'Install library' }).click();
    await page.getByText('File', { exact: true }).click();
    const buffer = wheel(byHand);
    await page
      .getByLabel('File with libraries')
      .setInputFiles({ name: wheelName(byHand), mimeType: 'application/zip', buffer });
    await page.getByText('A wheel: ember-chart 0.3.0').waitFor();
    await page.getByRole('button', { name: 'Install', exact: true }).click();
    await done(`Install ${wheelName(byHand)}`);
  });

  it('stay as they were for an application that runs, whose row says that there are newer ones', async () => {
    const applications = `${platform.url}/projects/demo/applications`;
    const says = (p: Page) =>
      p.getByText('Keeps revision 2 of the Python libraries; there is a newer one, 3').waitFor();
    await shoot('applications-newer-libraries', applications, says);
    await page.goto(libraries());
  });

  it('that Jupyter needs can be removed after a warning; then both pages say what will not work, and Repair mends it', async () => {
    await find('tornado');
    await page.getByRole('button', { name: 'Uninstall tornado' }).click();
    await page.getByText('Jupyter will not work without it').waitFor();
    await page.getByRole('checkbox', { name: /I have read/ }).check();
    await page.getByRole('button', { name: 'Uninstall anyway' }).click();
    await done('Uninstall tornado');
    const alert = (p: Page) => p.getByRole('alert').getByText(/Jupyter and its Python kernel may not start/);
    await alert(page).waitFor();
    await page
      .getByText(/needs tornado.*tornado is missing/)
      .first()
      .waitFor();
    await shoot('libraries-conflict', libraries(), (p) =>
      p
        .getByText(/tornado is missing/)
        .first()
        .waitFor(),
    );
    const jupyter = `${platform.url}/projects/demo/jupyter`;
    await shoot('jupyter-conflict', jupyter, async (p) => {
      await alert(p).waitFor();
      await p.locator('button:enabled', { hasText: 'Run Jupyter' }).waitFor();
    });
    await page.goto(jupyter);
    await alert(page).waitFor();
    await page.getByRole('button', { name: 'Repair' }).click();
    await alert(page).waitFor({ state: 'detached', timeout: 240_000 });
  });

  it('have a history, from which each revision is restored', async () => {
    await page.goto(`${libraries()}/history`);
    await page.getByRole('button', { name: 'Restore revision 2', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await page.getByText(/revision 2$/).waitFor();
    await page.getByRole('link', { name: 'Libraries', exact: true }).click();
    await find('ember-chart');
    await page.getByText('No library matches').waitFor();
    await shoot('libraries-history', `${libraries()}/history`, (p) =>
      p.getByRole('button', { name: 'Restore revision 1', exact: true }).waitFor(),
    );
    await shoot('libraries-operations', `${libraries()}/operations`, (p) =>
      p.getByRole('button', { name: 'Log of Repair' }).waitFor(),
    );
    expect(accessibility).toEqual([]);
  });
});
