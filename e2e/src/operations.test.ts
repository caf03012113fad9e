import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '@emberlab/contract';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomeAdministrator, openWindow, photograph, screenshotFolder, type Ready } from './browser.ts';
import { Lab } from './lab.ts';
import { Platform, runCommand } from './platform.ts';

const metricsToken = 'what-prometheus-knows';

/** A platform with TLS as its operator and its users have it, and as pages of others try to get at it. */
describe('a platform with TLS', () => {
  let folder: string;
  let platform: Platform;
  let settings: Record<string, string>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const url = () => `https://localhost:${platform.port}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-operations-'));
    const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    const names = 'subjectAltName=DNS:localhost,DNS:*.apps.localhost';
    execFileSync(
      'openssl',
      [
        ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=test'.split(' '),
        '-addext',
        names,
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    platform = await Platform.prepare();
    settings = {
      EMBERLAB_TLS_CERT: cert,
      EMBERLAB_TLS_KEY: key,
      EMBERLAB_PUBLIC_URL: url(),
      EMBERLAB_APPS_URL: `https://{id}.apps.localhost:${platform.port}`,
      EMBERLAB_METRICS_TOKEN: metricsToken,
    };
    await platform.start(settings);
    const window = await openWindow();
    ({ browser } = window);
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ignoreHTTPSErrors: true });
    context.setDefaultTimeout(60_000);
    page = await context.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const auditOf = async (query = ''): Promise<AuditEvent[]> =>
    page.evaluate(async (address) => {
      const answer = await fetch(address);
      return ((await answer.json()) as { items: AuditEvent[] }).items;
    }, `/api/v1/audit?limit=200&${query}`);

  it('is set up at https, with a cookie that is bound to host and https; who comes without is sent there', async () => {
    expect(platform.output).toContain(`Emberlab serves at ${url()}`);
    await becomeAdministrator(page, platform.setUpUrl);
    expect(await context.cookies()).toMatchObject([
      { name: '__Host-emberlab', httpOnly: true, secure: true, sameSite: 'Lax', domain: 'localhost' },
    ]);
    const plain = await context.newPage();
    await plain.goto(`http://localhost:${platform.port}/account`);
    expect(plain.url()).toBe(`${url()}/account`);
    await plain.close();
    expect(platform.log('control') + platform.log('edge')).not.toMatch(/ember_(login|setup)_(?!\[secret\])/);
  });

  it('runs no inline script on the dashboard, and is shown in no frame', async () => {
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      const image = document.createElement('img');
      image.setAttribute('onerror', 'window.ran = true');
      image.src = 'data:image/png,x';
      document.body.append(image);
      return (window as { ran?: boolean }).ran === true;
    });
    expect(ran).toBe(false);
  });

  it('refuses what pages of other sites ask in the browser of someone who is logged in', async () => {
    const html = `<!doctype html><title>evil</title><iframe src="${url()}/"></iframe>
      <form id="form" method="post" enctype="text/plain" target="hidden" action="${url()}/api/v1/projects">
        <input name='{"name":"stolen","x":"' value='"}'></form><iframe name="hidden"></iframe>`;
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(html);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const hostile = await context.newPage();
    // A sibling: the same site in the browser's eyes, so that the cookie goes along with it.
    await hostile.goto(`http://evil.localhost:${(server.address() as AddressInfo).port}/`);
    const outcome = await hostile.evaluate(async (address) => {
      const post = (type: string) =>
        fetch(`${address}/api/v1/projects`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'content-type': type },
          body: '{"name":"stolen"}',
          mode: type === 'text/plain' ? 'no-cors' : 'cors',
        }).then(
          (answer) => answer.type,
          () => 'failed',
        );
      (document.querySelector('#form') as HTMLFormElement).submit();
      const read = await fetch(`${address}/api/v1/me`, { credentials: 'include' }).then(
        () => 'read',
        () => 'failed',
      );
      const socket = await new Promise<string>((resolve) => {
        const webSocket = new WebSocket(address.replace('https', 'wss'));
        webSocket.addEventListener('open', () => resolve('open'));
        webSocket.addEventListener('error', () => resolve('refused'));
      });
      return { simple: await post('text/plain'), json: await post('application/json'), read, socket };
    }, url());
    expect(outcome).toEqual({ simple: 'opaque', json: 'failed', read: 'failed', socket: 'refused' });
    // A browser shows a page of its own where a frame is refused.
    const framed = hostile.frames().find((frame) => frame.parentFrame() !== null && frame.name() === '');
    expect(await framed?.evaluate(() => document.title).catch(() => 'refused')).not.toContain('Emberlab');
    await expect
      .poll(() => auditOf('outcome=refused'))
      .toContainEqual(expect.objectContaining({ action: 'project.create', code: 'cross_site', address: '127.0.0.1' }));
    expect(await auditOf('action=project.create&outcome=done')).toEqual([]);
    await hostile.close();
    server.close();
  });

  it('runs Jupyter and PySpark: pages and WebSockets by TLS, kernels reach the gateway on this machine', async () => {
    await page.goto(`${url()}/projects/demo/jupyter`);
    await page.locator('button:enabled', { hasText: 'Run Jupyter' }).waitFor({ timeout: 240_000 });
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Run Jupyter' }).click(),
    ]);
    const lab = new Lab(tab);
    await lab.ready();
    expect(new URL(tab.url()).protocol).toBe('https:');
    await lab.open('Jupyter/hello_spark.ipynb');
    await lab.runInNewCell('print(6 * 7, spark.range(100).count())');
    await lab.lastOutput().getByText('42 100').waitFor({ timeout: 120_000 });
    const cookies = (await context.cookies(tab.url())).filter(({ name }) => name.includes('emberlab'));
    expect(cookies).toMatchObject([{ name: '__Host-emberlab_app', httpOnly: true, secure: true }]);
    await tab.close();
  });

  it('tells Prometheus how it does, and nobody without the token', async () => {
    const read = (headers: Record<string, string>) =>
      context.request.get(`${url()}/metrics`, { headers, ignoreHTTPSErrors: true });
    expect((await read({})).status()).toBe(401);
    const answer = await read({ authorization: `Bearer ${metricsToken}` });
    expect(answer.status()).toBe(200);
    const text = await answer.text();
    expect(text).toMatch(/^emberlab_running\{kind="servers",state="running"\} 1$/m);
    expect(text).toMatch(/^emberlab_running\{kind="sessions",state="(idle|busy)"\} [12]$/m);
    expect(text).toMatch(/^emberlab_edge_requests_total\{edge="\d+",kind="app",status="2xx"\} \d+$/m);
  });

  it('shows its administrator who did what', async () => {
    const ready = (p: Page) => p.getByText('server.start').first().waitFor();
    const shoot = (name: string, address: string, until: Ready) =>
      photograph(context, address, (screen) => join(screenshotFolder, `${name}-${screen}.png`), until);
    const problems = [
      ...(await shoot('audit', `${url()}/admin/audit`, ready)),
      ...(await shoot('audit-project', `${url()}/projects/demo/settings/audit?action=server`, ready)),
      ...(await shoot('audit-empty', `${url()}/admin/audit?q=nothing-like-it`, (p) =>
        p.getByText('No event matches').waitFor(),
      )),
    ];
    expect(problems).toEqual([]);
    await page.goto(`${url()}/admin/audit`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export as JSON lines' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n');
    const actions = lines.map((line) => (JSON.parse(line) as AuditEvent).action);
    expect(actions).toContain('platform.set-up');
    expect(actions).toContain('session.start');
    expect(readFileSync(await download.path(), 'utf8')).not.toMatch(/ember_[a-z]+_[\w-]{20}/);
  });

  it('is well, as the doctor says, and is backed up while it runs', async () => {
    const env = { ...platform.env, ...settings };
    const doctor = await runCommand('./emberlab', ['doctor'], { env });
    expect(doctor.stdout).toContain(`Emberlab serves at port ${platform.port}.`);
    expect(doctor.stdout).not.toContain('PROBLEM');
    expect(doctor.code).toBe(0);
    const backup = join(folder, 'backup');
    const made = await runCommand('./emberlab', ['backup', backup], { env });
    expect([made.code, made.stderr]).toEqual([0, '']);
    const other = join(folder, 'other');
    const restored = await runCommand('./emberlab', ['--data', other, 'restore', backup], { env });
    expect([restored.code, restored.stderr]).toEqual([0, '']);
    const path = 'projects/demo/Jupyter/hello_spark.ipynb';
    expect(readFileSync(join(other, path), 'utf8')).toContain('cells');
  });
});
