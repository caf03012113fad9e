import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeLivy } from '../../packages/server/src/features/sessions/external/testing/fake-livy.ts';
import { becomeAdministrator, openWindow, photograph, screenshotFolder, type Ready } from './browser.ts';
import { Platform, runCommand } from './platform.ts';

/**
 * What members see of a project whose sessions run on an Apache Livy. That Livy is a fake: one with interpreters can't be had everywhere; the real one
 * of real-livy.test.ts has none.
 */
describe('a project on an Apache Livy', () => {
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let livy: Awaited<ReturnType<typeof fakeLivy>>;
  const accessibility: string[] = [];

  beforeAll(async () => {
    livy = await fakeLivy();
    platform = await Platform.prepare();
    await platform.start();
    ({ browser, context, page } = await openWindow());
    await becomeAdministrator(page, platform.setUpUrl);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
    await livy?.[Symbol.asyncDispose]();
  });

  const general = () => `${platform.url}/projects/demo/settings/compute`;
  const shoot = async (name: string, url: string, ready: Ready) => {
    accessibility.push(
      ...(await photograph(context, url, (screen) => join(screenshotFolder, `${name}-${screen}.png`), ready)),
    );
  };
  const chooseLivy = async (on: Page) => {
    await on.getByText('Apache Livy', { exact: true }).click();
    await on.getByLabel('Address').waitFor();
  };

  it('is tried, then set, by its owner', async () => {
    await page.goto(general());
    await chooseLivy(page);
    await page.getByLabel('Address').fill('http://127.0.0.1:9');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByText('nothing listens at 127.0.0.1:9').waitFor();
    await page.getByLabel('Address').fill(livy.url);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByText('Livy 0.7.1-incubating answers.').waitFor();
    await shoot('general-livy-form', general(), async (p) => {
      await chooseLivy(p);
      await p.getByLabel('Address').fill('http://livy.example.org:8998');
      await p.getByRole('combobox', { name: 'Login' }).click();
      await p.getByRole('option', { name: 'User and password' }).click();
      await p.getByLabel('User').fill('emberlab');
      await p.getByText('goes over the network unencrypted').waitFor();
      return p.getByText('Where Spark runs');
    });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Save', exact: true, disabled: true }).waitFor();
  });

  it('shows what runs there, with the links that Livy gives', async () => {
    const token = await runCommand('./emberlab', ['token', 'create', '--user', 'ada@example.org', '--name', 'test'], {
      env: platform.env,
    });
    const ask = async (path: string, body: object) => {
      const answer = await fetch(`${platform.url}/livy/demo${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${token.stdout.trim()}`, 'content-type': 'application/json' },
      });
      expect([path, answer.status, await answer.text()]).toEqual([path, 201, expect.anything()]);
    };
    await ask('/sessions', { kind: 'pyspark', name: 'churn' });
    await ask('/batches', { file: 'hdfs:///jobs/nightly.py', name: 'nightly' });
    const [session, batch] = [livy.state.sessions[0], livy.state.batches[0]];
    if (session === undefined || batch === undefined) throw new Error('Livy was not asked');
    Object.assign(session, { state: 'idle', appId: 'application_1700000000000_0001' });
    session.appInfo = { driverLogUrl: 'http://cluster.example.org/log', sparkUiUrl: 'http://cluster.example.org/ui' };
    Object.assign(batch, { state: 'running', appId: 'application_1700000000000_0002' });
    const applications = `${platform.url}/projects/demo/applications`;
    await page.goto(applications);
    await page.getByText(`on ${livy.host}`).first().waitFor();
    await page.getByRole('link', { name: 'Spark UI of churn' }).waitFor();
    await page.getByRole('heading', { name: 'Batches' }).waitFor();
    await page.getByText('nightly').first().waitFor();
    await shoot('applications-livy', applications, async (p) => {
      await p.getByRole('link', { name: 'Spark UI of churn' }).waitFor();
      await p.getByText('nightly').first().waitFor();
    });
  });

  it('can be used by everyone', () => {
    expect(accessibility).toEqual([]);
  });
});
