import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openWindow, photograph, screenshotFolder, type Ready } from '../browser.ts';
import { readCells, type Lab, type SavedCell } from '../lab.ts';
import { processesOf } from '../leftovers.ts';
import { Platform } from '../platform.ts';

/** Somebody who has just installed the platform, with a browser. Each part of their story goes on where the one before has ended. */
export class Newcomer {
  platform!: Platform;
  browser!: Browser;
  context!: BrowserContext;
  page!: Page;
  /** the tab with JupyterLab, once it was opened */
  lab!: Lab;
  /** what pages are not good for, as they were photographed */
  readonly accessibility: string[] = [];

  async begin(): Promise<void> {
    this.platform = await Platform.prepare();
    await this.platform.start();
    ({ browser: this.browser, context: this.context, page: this.page } = await openWindow());
  }

  async end(): Promise<void> {
    await this.browser?.close();
    await this.platform?.remove();
  }

  /** Keeps what the pages look like when a step has failed. */
  async keepPages(step: string): Promise<void> {
    const folder = join(import.meta.dirname, '../../../build/e2e-failures');
    const name = step.replaceAll(/\W+/g, '-');
    for (const [index, open] of this.context.pages().entries())
      await open.screenshot({ path: join(folder, `${name}-${index}.png`) }).catch(() => undefined);
  }

  readonly jupyter = (): string => `${this.platform.url}/projects/demo/jupyter`;
  readonly application = (): string => `${this.platform.url}/projects/demo/applications/1`;

  /** A notebook's row in a section of the Jupyter page. */
  readonly rowIn = (section: string, on = this.page) =>
    on.getByRole('region', { name: section }).getByRole('row', { name: /hello_spark\.ipynb/ });

  readonly shoot = async (name: string, url: string, ready: Ready): Promise<void> => {
    const file = (screen: string) => join(screenshotFolder, `${name}-${screen}.png`);
    this.accessibility.push(...(await photograph(this.context, url, file, ready)));
  };

  readonly cells = (): SavedCell[] => readCells(join(this.platform.data, 'projects/demo/Jupyter/hello_spark.ipynb'));

  /** The state of the newest Spark session. */
  readonly sessionState = (): Promise<string> =>
    this.page.evaluate(async () => (await (await fetch('/api/v1/projects/demo/sessions')).json()).items[0].state);

  /** Code that runs until `letGoOn` is called: what is to happen in the middle of a cell does, however slow the machine is. */
  readonly waitFor = (name: string): string =>
    `import os, time\nwhile not os.path.exists("Resources/${name}"):\n    time.sleep(0.05)`;
  readonly letGoOn = (name: string): void =>
    writeFileSync(join(this.platform.data, 'projects/demo/Resources', name), '');

  /** Stops Jupyter by its page, which is open. */
  readonly stop = async (): Promise<void> => {
    await this.page.getByRole('button', { name: 'Stop', exact: true }).first().click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await this.page.getByRole('button', { name: 'Run Jupyter' }).waitFor();
  };

  /** The processes that there are, but for the platform itself. */
  readonly processes = (): string[] =>
    processesOf(this.platform.data).filter((line) => !/packages\/server\/src\/main\.ts/.test(line));
}
