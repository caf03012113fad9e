import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomeAdministrator, openWindow, photograph, screenshotFolder, type Ready } from './browser.ts';
import { freePort, Platform, runCommand } from './platform.ts';

const root = join(import.meta.dirname, '../..');
const password = 'correct horse battery';

/** Who people are, in real browsers: passwords, logins, a real provider of OpenID Connect, the command line. */
describe('people and their accounts', () => {
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let folder: string;
  let provider: { issuer: string; child: ChildProcess };
  const accessibility: string[] = [];

  async function startProvider(redirectUri: string, secret: string) {
    const program = join(root, 'packages/server/src/features/users/openid/provider.program.ts');
    const child = spawn(process.execPath, [program, redirectUri, secret], { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const issuer of createInterface({ input: child.stdout })) {
      child.stdout.resume();
      return { issuer, child };
    }
    throw new Error('the provider did not start');
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-people-'));
    const secret = 'a secret of the client that is long enough';
    writeFileSync(join(folder, 'secret'), secret);
    platform = await Platform.prepare();
    provider = await startProvider(`${platform.url}/api/v1/auth/openid/callback`, secret);
    await fetch(`${provider.issuer}/accounts/grace`, {
      method: 'PUT',
      body: JSON.stringify({
        email: 'grace@example.org',
        email_verified: true,
        name: 'Grace Hopper',
        groups: ['data'],
      }),
    });
    await fetch(`${provider.issuer}/accounts/eve`, {
      method: 'PUT',
      body: JSON.stringify({ email: 'ada@example.org', email_verified: true, name: 'Eve' }),
    });
    await platform.start({
      EMBERLAB_OIDC_ISSUER: provider.issuer,
      EMBERLAB_OIDC_CLIENT_ID: 'emberlab',
      EMBERLAB_OIDC_CLIENT_SECRET_FILE: join(folder, 'secret'),
      EMBERLAB_OIDC_LABEL: 'Example Login',
      EMBERLAB_OIDC_SCOPES: 'openid email profile groups',
      EMBERLAB_OIDC_ROLES: 'data=demo:editor',
    });
    ({ browser, context, page } = await openWindow());
    await becomeAdministrator(page, platform.setUpUrl);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
    if (provider !== undefined) {
      const ended = once(provider.child, 'exit');
      provider.child.kill();
      await ended;
    }
    rmSync(folder, { recursive: true });
  });

  const shoot = async (name: string, url: string, ready: Ready, of = context) => {
    accessibility.push(
      ...(await photograph(of, url, (screen) => join(screenshotFolder, `${name}-${screen}.png`), ready)),
    );
  };

  async function logIn(on: Page): Promise<void> {
    await on.goto(`${platform.url}/login`);
    await on.getByLabel('E-mail').fill('ada@example.org');
    await on.getByLabel('Password', { exact: true }).fill(password);
    await on.getByRole('button', { name: 'Log in', exact: true }).click();
    await on.getByRole('link', { name: 'Demo' }).first().waitFor();
  }

  it('sees where they are logged in, and logs out elsewhere', async () => {
    const elsewhere = await browser.newContext();
    const other = await elsewhere.newPage();
    await logIn(other);
    await shoot('account', `${platform.url}/account`, (p) => p.getByText('This one').waitFor());
    await page.goto(`${platform.url}/account`);
    const logins = page.getByRole('region', { name: 'Where you are logged in' });
    await expect.poll(() => logins.getByText('Chromium on Linux').count()).toBe(2);
    await logins.getByRole('button', { name: 'Log out everywhere else' }).click();
    await expect.poll(() => logins.getByText('Chromium on Linux').count()).toBe(1);
    await other.goto(`${platform.url}/account`);
    await other.getByLabel('E-mail').waitFor();
    await elsewhere.close();
  });

  it('changes the password for a good one only', async () => {
    await page.goto(`${platform.url}/account`);
    const change = async (next: string) => {
      await page.getByLabel('Present password').fill(password);
      await page.getByLabel('New password').fill(next);
      await page.getByRole('button', { name: 'Change password' }).click();
    };
    await change('Password2026!');
    await page.getByText('among those that are tried first').waitFor();
    await change('seven lazy foxes dream');
    await page.getByText('Your password is changed').waitFor();
    const reset = await runCommand('./emberlab', ['user', 'password', 'ada@example.org', '--password-stdin'], {
      env: platform.env,
      input: `${password}\n`,
    });
    expect(reset.code).toBe(0);
    // Also the login of this browser has ended with that.
    await page.goto(`${platform.url}/account`);
    await page.getByLabel('E-mail').waitFor();
    await logIn(page);
  });

  /** The provider is on the same host, so its cookies are there too. */
  const ourCookies = async (of: BrowserContext) =>
    (await of.cookies(platform.url)).filter(({ name }) => name.startsWith('emberlab'));

  async function throughProvider(who: string): Promise<{ at: BrowserContext; window: Page }> {
    const at = await browser.newContext();
    at.setDefaultTimeout(60_000);
    const window = await at.newPage();
    await window.goto(`${platform.url}/account`);
    await window.getByRole('button', { name: 'Log in with Example Login' }).click();
    await window.getByLabel('Who are you?').fill(who);
    await window.getByRole('button', { name: 'Continue' }).click();
    return { at, window };
  }

  it('logs in through the provider, back at where one wanted to go, with the role of the group', async () => {
    const stranger = await browser.newContext();
    await shoot(
      'login-provider',
      `${platform.url}/login`,
      (p) => p.getByRole('button', { name: 'Log in with Example Login' }).waitFor(),
      stranger,
    );
    await stranger.close();
    const { at, window } = await throughProvider('grace');
    await window.getByText('You can log in with Example Login.').waitFor();
    expect(new URL(window.url()).pathname).toBe('/account');
    await window.getByText('grace@example.org').first().waitFor();
    const cookies = await ourCookies(at);
    expect(cookies.map(({ name }) => name)).toEqual(['emberlab']);
    expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    await window.goto(`${platform.url}/projects/demo/jupyter`);
    await window.getByRole('button', { name: 'Run Jupyter' }).waitFor();
    await at.close();
  });

  it('does not get into the account of somebody with the same address', async () => {
    const { at, window } = await throughProvider('eve');
    await window.getByText('There is an account with your e-mail address already.').waitFor();
    expect(await ourCookies(at)).toEqual([]);
    await at.close();
  });

  it('logs in the command line in the browser, and out again', async () => {
    const env = { ...platform.env, XDG_CONFIG_HOME: folder };
    const child = spawn(join(root, 'emberlab'), ['login', platform.url], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let url = '';
    for await (const line of createInterface({ input: child.stdout })) {
      url = /http\S+\/cli-login\S+/.exec(line)?.[0] ?? '';
      if (url !== '') break;
    }
    await shoot('cli-login', url, (p) => p.getByRole('button', { name: 'Allow' }).waitFor());
    await page.goto(url);
    await page.getByText('asks for a token of ada@example.org').waitFor();
    await page.getByLabel('Manage').uncheck();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByText('The command line is logged in').waitFor();
    expect(new URL(page.url()).origin).toBe(platform.url);
    expect(await ended).toEqual([0, null]);
    const file = join(folder, 'emberlab/credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { token: string }>;
    const token = kept[platform.url]?.token ?? '';
    const asToken = (path: string, init: RequestInit = {}) =>
      fetch(`${platform.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
    expect((await runCommand('./emberlab', ['whoami', platform.url], { env })).stdout).toBe('ada@example.org\n');
    expect((await asToken('/livy/demo/sessions')).status).toBe(200);
    // What was not granted is not there.
    expect((await asToken('/api/v1/projects/demo/livy', { method: 'DELETE' })).status).toBe(403);
    await page.goto(`${platform.url}/account`);
    await page.getByText('read, run', { exact: true }).waitFor();
    await shoot('account-tokens', `${platform.url}/account`, async (p) => {
      await p.getByRole('button', { name: 'Log out everywhere else' }).or(p.getByText('This one')).first().waitFor();
      return p.getByText('read, run', { exact: true });
    });
    expect((await runCommand('./emberlab', ['logout', platform.url], { env })).code).toBe(0);
    expect((await asToken('/api/v1/me')).status).toBe(401);
  });

  it('has accounts for programs', async () => {
    await page.goto(`${platform.url}/admin/service-accounts`);
    await page.getByRole('button', { name: 'Create account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Nightly reports');
    await dialog.getByLabel('Short name').fill('nightly');
    await dialog.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('API tokens of Nightly reports').waitFor();
    await shoot('service-accounts', `${platform.url}/admin/service-accounts`, (p) =>
      p.getByText('nightly@service.invalid').waitFor(),
    );
  });

  it('reads what an administrator announces at once, on every page, and before the login where that was chosen', async () => {
    const { at, window } = await throughProvider('grace');
    await window.getByText('You can log in with Example Login.').waitFor();
    const announce = async (text: string, more: (dialog: Locator) => Promise<unknown>) => {
      await page.goto(`${platform.url}/admin/announcements`);
      await page.getByRole('button', { name: 'Write one' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Text').fill(text);
      await more(dialog);
      await dialog.getByRole('button', { name: 'Announce' }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    await announce('The new cluster is there: please tell us how it goes.', async () => undefined);
    await window.getByText('The new cluster is there').waitFor();
    await window.goto(`${platform.url}/projects/demo/settings/general`);
    await window.getByText('The new cluster is there').waitFor();
    await announce('Emberlab is stopped on Sunday from 8 to 9.\nPlease save your work before that.', async (dialog) => {
      await dialog.getByLabel('Warning: it stays').check();
      await dialog.getByLabel('Also on the login page').check();
    });
    await window.getByText('Please save your work before that.').waitFor();
    await window.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => window.getByText('The new cluster is there').count()).toBe(0);
    await shoot('announcements', `${platform.url}/admin/announcements`, (p) => p.getByText('also at login').waitFor());
    const stranger = await browser.newContext();
    const login = await stranger.newPage();
    await login.goto(`${platform.url}/login`);
    await login.getByText('Please save your work before that.').waitFor();
    await stranger.close();
    await page.goto(`${platform.url}/admin/announcements`);
    await page.getByRole('button', { name: /^End: Emberlab is stopped/ }).click();
    await expect.poll(() => window.getByText('Please save your work').count()).toBe(0);
    await at.close();
  });

  it('is held to limits, sees them, and is told which one is in the way', async () => {
    const limits = `${platform.url}/admin/limits`;
    const set = async (kind: string, value: string) => {
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('combobox', { name: kind }).click();
      await page.getByRole('option', { name: 'At most' }).click();
      await dialog.getByLabel(`${kind}: at most`).fill(value);
    };
    const save = async () => {
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    };
    await page.goto(limits);
    await page.getByRole('button', { name: 'Change the defaults for each user' }).click();
    for (const [kind, value] of [
      ['Jupyter servers', '2'],
      ['Memory', '8'],
      ['Hours of a server', '24'],
    ] as const) {
      await set(kind, value);
    }
    await save();
    await page.getByRole('button', { name: 'Limits of demo' }).click();
    for (const [kind, value] of [
      ['Jupyter servers', '0'],
      ['Spark sessions', '6'],
      ['Files', '2.5'],
    ] as const) {
      await set(kind, value);
    }
    await save();
    await page.getByText('Reached: no more can start').or(page.getByText('own limit').first()).first().waitFor();
    await shoot('limits', limits, (p) => p.getByText('own limit').first().waitFor());
    await page.goto(`${platform.url}/projects/demo/jupyter`);
    await page.getByRole('button', { name: 'Run Jupyter' }).click();
    await page.getByText('This project may have 0 running Jupyter servers at a time').first().waitFor();
    await shoot('jupyter-limits', `${platform.url}/projects/demo/jupyter`, async (p) => {
      return p.getByText('Reached: no more can start');
    });
    await page.goto(limits);
    await page.getByRole('button', { name: 'Limits of demo' }).click();
    await set('Jupyter servers', '3');
    await save();
  });

  it('is out at once when an administrator disables the account, and in again when it is enabled', async () => {
    const { at, window } = await throughProvider('grace');
    await window.getByText('You can log in with Example Login.').waitFor();
    await window.goto(`${platform.url}/projects/demo/jupyter`);
    await window.getByRole('button', { name: 'Run Jupyter' }).waitFor();
    const users = `${platform.url}/admin/users`;
    await page.goto(users);
    await page.getByRole('button', { name: 'Actions for grace@example.org' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    // The page that she has open leads to the login by itself.
    await window.getByLabel('E-mail').waitFor();
    await shoot('users', users, (p) => p.getByText('grace@example.org').waitFor());
    expect((await runCommand('./emberlab', ['user', 'disable', 'ada@example.org'], { env: platform.env })).code).toBe(
      1,
    );
    const enabled = await runCommand('./emberlab', ['user', 'enable', 'grace@example.org'], { env: platform.env });
    expect([enabled.code, enabled.stdout]).toEqual([0, 'grace@example.org can log in again.\n']);
    await at.close();
    const again = await throughProvider('grace');
    await again.window.getByText('You can log in with Example Login.').waitFor();
    await again.at.close();
  });

  it('is asked for nothing by pages of other sites', async () => {
    const hostile = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<!doctype html><title>Evil</title><p>evil</p>`);
    });
    const port = await freePort();
    hostile.listen(port, '127.0.0.1');
    await once(hostile, 'listening');
    // The same site by its name, and another one.
    for (const host of ['evil.localhost', '127.0.0.1']) {
      const evil = await context.newPage();
      await evil.goto(`http://${host}:${port}/`);
      await evil.evaluate(async (target) => {
        const body = JSON.stringify({ name: 'stolen', challenge: 'c'.repeat(43), current: 'x', password: 'y' });
        for (const [method, path] of [
          ['POST', '/me/tokens'],
          ['POST', '/me/cli'],
          ['POST', '/me/openid'],
          ['POST', '/auth/openid'],
          ['DELETE', '/me/logins'],
        ] as const) {
          await fetch(`${target}/api/v1${path}`, {
            method,
            body,
            mode: method === 'POST' ? 'no-cors' : 'cors',
            credentials: 'include',
          }).catch(() => undefined);
        }
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: `${target}/api/v1/auth/logout` });
        document.body.append(form);
        form.submit();
      }, platform.url);
      await evil.waitForURL(/logout/).catch(() => undefined);
      await evil.close();
    }
    hostile.close();
    await page.goto(`${platform.url}/account`);
    await page.getByText('This one').waitFor();
    await page.getByText('No tokens').waitFor();
  });

  it('finds pages that everybody can use', () => expect(accessibility).toEqual([]));
});
