import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { routePath, routes, type RouteName } from '@emberlab/contract';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { becomeAdministrator, openWindow, photograph, screenshotFolder, type Ready } from './browser.ts';
import { Lab } from './lab.ts';
import { listProcesses } from './leftovers.ts';
import { Platform, runCommand } from './platform.ts';

const password = 'correct horse battery';

/** Ada invites Grace, who joins, works, and is removed; and a project comes to its end. */
describe('people come into a project and go', () => {
  let platform: Platform;
  let browser: Browser;
  let ada: BrowserContext;
  let page: Page;
  let grace: BrowserContext;
  let hers: Page;
  const accessibility: string[] = [];

  beforeAll(async () => {
    await mkdir(screenshotFolder, { recursive: true });
    platform = await Platform.prepare();
    await platform.start();
    ({ browser, context: ada, page } = await openWindow());
    grace = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    grace.setDefaultTimeout(60_000);
    hers = await grace.newPage();
    await becomeAdministrator(page, platform.setUpUrl);
    const added = await runCommand('./emberlab', ['user', 'add', 'grace@example.org', '--password-stdin'], {
      env: platform.env,
      input: `${password}\n`,
    });
    if (added.code !== 0) throw new Error(added.stderr);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
  });

  // What the pages looked like when a step failed.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const folder = join(import.meta.dirname, '../../build/e2e-failures');
    const name = task.name.replaceAll(/\W+/g, '-');
    for (const [index, open] of [...ada.pages(), ...grace.pages()].entries())
      await open.screenshot({ path: join(folder, `${name}-${index}.png`) }).catch(() => undefined);
  });

  const settings = (name: string) => `${platform.url}/projects/demo/settings/${name}`;
  const shoot = async (context: BrowserContext, name: string, url: string, ready: Ready) => {
    const file = (screen: string) => join(screenshotFolder, `${name}-${screen}.png`);
    accessibility.push(...(await photograph(context, url, file, ready)));
  };
  const jupyters = () => listProcesses(platform.data).filter(({ command }) => command.includes('jupyter'));
  let link = '';

  it('Ada makes a link for an editor', async () => {
    await page.goto(settings('members'));
    await page.getByRole('button', { name: 'Invite by link' }).click();
    await page.getByRole('button', { name: 'Make link' }).click();
    link = (await page.getByTestId('invitation-link').textContent()) ?? '';
    expect(link).toMatch(new RegExp(`^${platform.url}/invitation#secret=ember_invitation_`));
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('0 of 1').waitFor();
    await shoot(ada, 'members', settings('members'), (p) => p.getByText('0 of 1').waitFor());
  });

  it('Grace opens it, logs in, and joins; the secret gets into no address and no log', async () => {
    const addresses: string[] = [];
    hers.on('request', (request) => addresses.push(request.url()));
    await hers.goto(link);
    await hers.getByLabel('E-mail').fill('grace@example.org');
    expect(hers.url()).toBe(`${platform.url}/login?next=%2Finvitation`);
    await hers.getByLabel('Password', { exact: true }).fill(password);
    await hers.getByRole('button', { name: 'Log in' }).click();
    await hers.getByRole('heading', { name: 'Join Demo' }).waitFor();
    expect(hers.url()).toBe(`${platform.url}/invitation`);
    await shoot(grace, 'invitation', link, (p) => p.getByRole('heading', { name: 'Join Demo' }).waitFor());
    await hers.getByRole('button', { name: 'Join' }).click();
    await hers.getByRole('heading', { name: 'Jupyter', exact: true }).waitFor();
    const secret = link.split('secret=')[1] ?? 'none';
    expect(addresses.slice(1).filter((url) => url.includes(secret))).toEqual([]);
    for (const log of ['control', 'edge'] as const) expect(platform.log(log)).not.toContain(secret);
    // The link has done its work.
    await hers.goto(link);
    await hers.getByText('You are a member already').or(hers.getByText('has been used')).waitFor();
    // Ada's page knows without being asked.
    await page.getByRole('cell', { name: 'grace@example.org' }).waitFor();
  });

  it('Grace runs Jupyter, and loses it with all that is open when she is removed', async () => {
    await hers.goto(`${platform.url}/projects/demo/jupyter`);
    await hers.locator('button:enabled', { hasText: 'Run Jupyter' }).waitFor({ timeout: 240_000 });
    const [tab] = await Promise.all([
      grace.waitForEvent('page'),
      hers.getByRole('button', { name: 'Run Jupyter' }).click(),
    ]);
    const lab = new Lab(tab);
    await lab.ready();
    const socket = lab.page.waitForEvent('websocket');
    await lab.page
      .getByRole('button', { name: /Python/ })
      .first()
      .click();
    const kernel = await socket;
    expect(jupyters().length).toBeGreaterThan(0);
    await hers.getByRole('button', { name: 'Open Jupyter' }).waitFor();

    await page
      .getByRole('button', { name: /^Remove .*/ })
      .last()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Remove this member?' });
    await dialog.getByText('grace@example.org').waitFor();
    const closed = new Promise<void>((resolve) => void kernel.once('close', () => resolve()));
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await closed;
    await hers.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    await expect.poll(jupyters, { timeout: 10_000, interval: 50 }).toEqual([]);
    const answer = await lab.page.reload();
    expect(answer?.status()).toBe(404);
    await hers.goto(platform.url);
    await hers.getByText('You have no projects yet').waitFor();
    await shoot(grace, 'home-empty', platform.url, (p) => p.getByText('You have no projects yet').waitFor());
  });

  it('Ada says who is told what of jobs, and sees that nothing is sent to the machine itself', async () => {
    const add = async (type: 'Webhook' | 'E-mail', name: string, field: string, target: string) => {
      await page.getByRole('button', { name: 'Add receiver' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(type, { exact: true }).click();
      await dialog.getByLabel('Name').fill(name);
      await dialog.getByLabel(field).fill(target);
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    };
    await page.goto(settings('alerts'));
    await add('Webhook', 'Itself', 'Address', `http://127.0.0.1:${platform.port}/api/v1/auth/login`);
    await page.getByText('Nothing is sent to 127.0.0.1').waitFor();
    await page.getByLabel('Address').fill(`http://localhost:${platform.port}/hooks/of-a-chat`);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Send a test to Itself' }).click();
    await page
      .getByText(/^Nothing is sent to localhost/)
      .first()
      .waitFor();
    await add('E-mail', 'On call', 'E-mail addresses', 'ada@example.org');
    await page.getByRole('button', { name: 'Send a test to On call' }).click();
    await page.getByText('On call did not get the test').waitFor();
    await page.locator('input[aria-label="Failed: who is told"]').click();
    await page.getByRole('option', { name: 'On call' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save rules' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Save rules' }).isDisabled()).toBe(true);
    // Both tests are listed, with why they did not arrive.
    await shoot(ada, 'alerts', settings('alerts'), (p) => p.getByText('Given up').nth(3).waitFor());
  });

  it('Grace, a stranger, and who is not logged in find nothing of the project on any route', async () => {
    const made = await runCommand('./emberlab', ['token', 'create', '--user', 'grace@example.org', '--name', 'test'], {
      env: platform.env,
    });
    const asGrace = { authorization: `Bearer ${made.stdout.trim()}` };
    const ask = async (name: RouteName, project: string, headers: Record<string, string>) => {
      const { method, path } = routes[name];
      const known: Record<string, string> = { project, email: 'ada@example.org', executor: '1' };
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, each = '']) => [each, known[each] ?? '12345678']);
      const params: Record<string, string> = Object.fromEntries(named);
      const answer = await fetch(`${platform.url}${routePath(name, { params })}`, { method, headers });
      return `${answer.status} ${(await answer.text()).replace(/"requestId":"[^"]+"/, '')}`;
    };
    const inProject = (Object.keys(routes) as RouteName[]).filter((name) => typeof routes[name].access === 'object');
    for (const name of inProject) {
      const answer = await ask(name, 'demo', asGrace);
      expect([name, answer.slice(0, 3)]).toEqual([name, '404']);
      expect(answer).toBe(await ask(name, 'absent', asGrace));
      expect([name, (await ask(name, 'demo', {})).slice(0, 3)]).toEqual([name, '401']);
    }
    for (const path of ['sessions', 'batches', 'sessions/0/statements']) {
      const livy = (project: string) => fetch(`${platform.url}/livy/${project}/${path}`, { headers: asGrace });
      expect([path, (await livy('demo')).status]).toEqual([path, 404]);
    }
    // Nothing of it was carried out.
    await page.goto(settings('members'));
    await page.getByRole('cell', { name: 'ada@example.org' }).waitFor();
  });

  it('Ada archives the project and takes it into use again', async () => {
    await page.goto(settings('general'));
    await shoot(ada, 'general', settings('general'), (p) =>
      p.getByRole('button', { name: 'Archive project' }).waitFor(),
    );
    await page.getByRole('button', { name: 'Archive project' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await page.getByText('This project is archived').waitFor();
    await shoot(ada, 'archived', `${platform.url}/projects/demo/jupyter`, (p) =>
      p.getByText('This project is archived').waitFor(),
    );
    await page.getByRole('button', { name: 'Unarchive' }).click();
    await page.getByRole('button', { name: 'Archive project' }).waitFor();
  });

  it('Ada deletes a project by its name, and sees how far that is', async () => {
    const create = async (name: string) => {
      await page.goto(platform.url);
      await page.getByRole('button', { name: 'Create project' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Label').fill(name);
      await dialog.getByRole('button', { name: 'Create project' }).click();
      await page.getByRole('heading', { name: 'Jupyter', exact: true }).waitFor();
    };
    for (const name of ['Churn', 'Sales', 'Fraud', 'Weather', 'Maps', 'Prices', 'Clicks']) await create(name);
    const filtered = `${platform.url}/?q=a`;
    await shoot(ada, 'projects', filtered, (p) => p.getByRole('link', { name: 'Sales' }).first().waitFor());
    const folder = join(platform.data, 'projects/churn');
    expect(existsSync(folder)).toBe(true);
    await page.goto(`${platform.url}/projects/churn/settings/general`);
    await page.getByRole('button', { name: 'Delete project' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of the project').fill('churn');
    await dialog.screenshot({ path: join(screenshotFolder, 'delete-dialog.png'), animations: 'disabled' });
    await dialog.getByRole('button', { name: 'Delete project' }).click();
    await page.getByText('The project is deleted').waitFor();
    expect(existsSync(folder)).toBe(false);
    await page.getByRole('link', { name: 'Go to your projects' }).click();
    await page.getByRole('link', { name: 'Sales' }).first().waitFor();
    expect(await page.getByRole('link', { name: 'Churn' }).count()).toBe(0);
  });

  it('nothing in the way of people who use other means than eyes', () => {
    expect(accessibility).toEqual([]);
    expect(readFileSync(join(platform.data, 'logs/control.log'), 'utf8')).not.toMatch(/"level":50/);
  });
});
