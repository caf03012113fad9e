import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Client } from '@emberlab/contract';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startObjectStore, type ObjectStore } from '../../packages/server/src/testing/object-store.ts';
import { becomeAdministrator, openWindow } from './browser.ts';
import { Lab, textOf, type SavedCell } from './lab.ts';
import { Platform, runCommand } from './platform.ts';

const params = { project: 'demo' };
const path = 'Jupyter/plan.ipynb';
const notebook = {
  cells: [{ id: 'first', cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: 'x = 6 * 7' }],
  metadata: { kernelspec: { display_name: 'Python', language: 'python', name: 'python3' } },
  nbformat: 4,
  nbformat_minor: 5,
};

/** A platform whose files of projects are in an object store: the page Files and JupyterLab show the same. */
let store: ObjectStore;
let platform: Platform;
let client: Client;
let browser: Browser;
let context: BrowserContext;
let lab: Lab;
let token: string;

/** Asks for the content of a file, or saves it, as the page Files does. */
async function content(body?: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${platform.port}/api/v1/projects/demo/files/content?path=${path}`, {
    method: body === undefined ? 'GET' : 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    ...(body === undefined ? {} : { body }),
  });
}
const saved = async (): Promise<{ cells: SavedCell[] }> => (await (await content()).json()) as { cells: SavedCell[] };

beforeAll(async () => {
  store = await startObjectStore();
  const { bucket, accessKey, secretKey } = await store.bucket();
  platform = await Platform.prepare();
  await platform.start({
    EMBERLAB_FILES: JSON.stringify({ type: 's3', endpoint: store.address, bucket }),
    EMBERLAB_FILES_ACCESS_KEY: accessKey,
    EMBERLAB_FILES_SECRET_KEY: secretKey,
  });
  const window = await openWindow();
  ({ browser, context } = window);
  await becomeAdministrator(window.page, platform.setUpUrl);
  const words = ['token', 'create', '--user', 'ada@example.org', '--name', 'files'];
  token = (await runCommand('./emberlab', words, { env: platform.env })).stdout.trim();
  client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
  const built = async () => (await client.call('environment.get', { params })).current !== null;
  await vi.waitUntil(built, { timeout: 240_000, interval: 200 });
  const made = await content(JSON.stringify(notebook));
  if (!made.ok) throw new Error(`the notebook was not saved: ${await made.text()}`);
  const configuration = { type: 'python', memoryMb: 1024, cores: 1 } as const;
  await client.call('jupyter.start', { params, body: { configuration } });
  const running = async () => (await client.call('jupyter.server', { params })).state === 'running';
  await vi.waitUntil(running, { timeout: 120_000, interval: 100 });
  const tab = await context.newPage();
  await tab.goto((await client.call('jupyter.open', { params, body: {} })).url);
  lab = new Lab(tab);
  await lab.ready();
}, 480_000);

afterAll(async () => {
  await browser?.close();
  if (client !== undefined) {
    await client.call('jupyter.stop', { params });
    const stopped = async () => (await client.call('jupyter.server', { params })).state === 'stopped';
    await vi.waitUntil(stopped, { timeout: 60_000, interval: 100 });
  }
  await platform?.remove();
  await store?.[Symbol.asyncDispose]();
}, 120_000);

it('opens a notebook of the page Files in JupyterLab, and what is saved there is on the page', async () => {
  await lab.open(path);
  await lab.runInNewCell('import os\nx = 42\nprint(x, os.getcwd())');
  await expect.poll(() => lab.page.locator('.jp-OutputArea-output').last().textContent()).toMatch(/^42 /);
  await lab.save();
  await expect.poll(async () => textOf((await saved()).cells.at(-1)), { timeout: 30_000 }).toMatch(/^42 /);
  // Kernels work in the member's own folder, and nothing of the project is in a folder of this machine.
  expect(textOf((await saved()).cells.at(-1))).not.toContain(join(platform.data, 'projects'));
  expect(readdirSync(join(platform.data, 'projects/demo/Jupyter'))).toEqual([]);
  const { items } = await client.call('files.list', { params, query: { path: 'Jupyter' } });
  expect(items.map(({ name }) => name)).toContain('plan.ipynb');
  const runs = async () => (await client.call('notebooks.recent', { params, query: {} })).items.map((run) => run.path);
  await expect.poll(runs, { timeout: 30_000 }).toContain(path);
});

it('refuses what can not be done with such files, and says why', async () => {
  const body = { program: path, name: 'nightly' };
  await expect(client.call('jobs.create', { params, body })).rejects.toThrow('does not bring programs from there');
});
