import { join } from 'node:path';
import { createClient, type Client } from '@emberlab/contract';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { vi } from 'vitest';
import { becomeAdministrator, openWindow } from '../browser.ts';
import { Lab, readCells, textOf } from '../lab.ts';
import { processesOf } from '../leftovers.ts';
import { Platform, runCommand } from '../platform.ts';
import { patience, settingsOf, type Cluster, type StartCluster } from './cluster.ts';

/** Somebody who works with notebooks on a cluster, with a browser. */
export class Workplace {
  cluster!: Cluster;
  platform!: Platform;
  browser!: Browser;
  context!: BrowserContext;
  page!: Page;
  lab!: Lab;
  client!: Client;

  async begin(start: StartCluster): Promise<void> {
    this.platform = await Platform.prepare();
    this.cluster = await start(this.platform);
    await this.platform.start(settingsOf(this.cluster));
    ({ browser: this.browser, context: this.context, page: this.page } = await openWindow());
    await becomeAdministrator(this.page, this.platform.setUpUrl);
    const made = await runCommand('./emberlab', ['token', 'create', '--user', 'ada@example.org', '--name', 'test'], {
      env: this.platform.env,
    });
    this.client = createClient({ baseUrl: `http://127.0.0.1:${this.platform.port}`, token: made.stdout.trim() });
    const ready = async () => {
      const { current } = await this.client.call('environment.get', { params });
      if (current?.state !== 'ready') throw new Error('the environment is not ready');
    };
    await vi.waitFor(ready, { timeout: patience, interval: 200 });
  }

  async end(): Promise<void> {
    await this.browser?.close();
    await this.platform?.stop();
    await this.cluster?.[Symbol.asyncDispose]();
    await this.platform?.remove();
  }

  /** Starts Jupyter with a small driver and one small executor, by its page, and opens JupyterLab. */
  async openLab(): Promise<void> {
    const configuration = await this.client.call('jupyter.configuration', { params });
    if (configuration.type !== 'spark') throw new Error('the project begins with another kind of configuration');
    const small = { driverMemoryMb: 640, executorMemoryMb: 512, executors: { mode: 'static', instances: 1 } } as const;
    await this.client.call('jupyter.saveConfiguration', { params, body: { ...configuration, ...small } });
    await this.page.goto(`${this.platform.url}/projects/demo/jupyter`);
    const opened = this.context.waitForEvent('page', { timeout: patience });
    await this.page.getByRole('button', { name: 'Run Jupyter' }).click();
    this.lab = new Lab(await opened);
    await this.lab.ready();
    await this.lab.open('Jupyter/hello_spark.ipynb');
  }

  /** Appends a cell to the notebook, runs it and saves; resolves with what it shows once that has a text. */
  async runs(code: string, shows: RegExp): Promise<string> {
    await this.lab.runInNewCell(code);
    const cell = () => {
      const cells = readCells(join(this.platform.data, 'projects/demo/Jupyter/hello_spark.ipynb'));
      return cells.find(({ source }) => [source].flat().join('') === code);
    };
    const look = async () => {
      await this.lab.page.keyboard.press('Control+s');
      const text = textOf(cell());
      if (!shows.test(text)) throw new Error(`the cell shows: ${text}`);
    };
    await vi.waitFor(look, { timeout: patience, interval: 500 });
    return textOf(cell());
  }

  /** What runs for members on this machine. */
  processes = (): string[] =>
    processesOf(this.platform.data).filter((line) => !/packages\/server\/src\/main\.ts/.test(line));
}

const params = { project: 'demo' };
