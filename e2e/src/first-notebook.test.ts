import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plotsAreDrawn, visitApplication } from './application.ts';
import { becomeAdministrator, openWindow, photograph, screens, screenshotFolder } from './browser.ts';
import { Lab, readCells, textOf, typesOf, type SavedCell } from './lab.ts';
import { processesOf } from './leftovers.ts';
import { Platform } from './platform.ts';
import { hasSparkR } from './spark-r.ts';

/** From the set-up link to Parquet files on disk, and what happens to a running cell when the platform is killed. */
describe('a newcomer runs a PySpark notebook', () => {
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let lab: Lab;
  const accessibility: string[] = [];

  beforeAll(async () => {
    platform = await Platform.prepare();
    await platform.start();
    ({ browser, context, page } = await openWindow());
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
    for (const [index, open] of context.pages().entries())
      await open.screenshot({ path: join(folder, `${name}-${index}.png`) }).catch(() => undefined);
  });

  const jupyter = () => `${platform.url}/projects/demo/jupyter`;
  const application = () => `${platform.url}/projects/demo/applications/1`;
  /** a notebook's row in a section of the Jupyter page */
  const rowIn = (section: string, on = page) =>
    on.getByRole('region', { name: section }).getByRole('row', { name: /hello_spark\.ipynb/ });
  const shoot = async (name: string, url: string, ready: (page: Page) => Promise<unknown>) => {
    accessibility.push(
      ...(await photograph(context, url, (screen) => join(screenshotFolder, `${name}-${screen}.png`), ready)),
    );
  };
  /** but the platform itself */
  const nothingIsLeft = () =>
    expect
      .poll(() => processesOf(platform.data).filter((line) => !/packages\/server\/src\/main\.ts/.test(line)))
      .toEqual([]);
  const cells = (): SavedCell[] => readCells(join(platform.data, 'projects/demo/Jupyter/hello_spark.ipynb'));

  it('opens the set-up link and becomes the administrator', async () => {
    await shoot('setup', platform.setUpUrl, (p) => p.getByLabel('Name').waitFor());
    await becomeAdministrator(page, platform.setUpUrl);
    // The link is good once.
    const other = await browser.newContext();
    const late = await other.newPage();
    await late.goto(platform.setUpUrl);
    await late.getByText('Emberlab is set up').waitFor();
    await late.goto(platform.url);
    await late.getByRole('button', { name: 'Log in' }).waitFor();
    accessibility.push(
      ...(await photograph(
        other,
        `${platform.url}/login`,
        (screen) => join(screenshotFolder, `login-${screen}.png`),
        (p) => p.getByRole('button', { name: 'Log in' }).waitFor(),
      )),
    );
    await other.close();
  });

  it('finds the project demo and its environment', async () => {
    await shoot('home', platform.url, (p) => p.getByRole('link', { name: 'Demo' }).first().waitFor());
    await page.goto(jupyter());
    await page.locator('button:enabled', { hasText: 'Run Jupyter' }).waitFor({ timeout: 240_000 });
    await shoot('jupyter-stopped', jupyter(), (p) => p.locator('button:enabled', { hasText: 'Run Jupyter' }).waitFor());
    await shoot('libraries', `${platform.url}/projects/demo/settings/libraries`, (p) =>
      p
        .getByText(/Revision 1/)
        .first()
        .waitFor(),
    );
  });

  it('presses Run Jupyter, and JupyterLab opens in a new tab', async () => {
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Run Jupyter' }).click(),
    ]);
    lab = new Lab(tab);
    await lab.ready();
    expect(new URL(tab.url()).hostname).toMatch(/^[a-z2-7]{20}\.localhost$/);
    expect(await tab.evaluate(() => window.opener)).toBeNull();
    await page.getByRole('button', { name: 'Open Jupyter' }).waitFor();
  });

  it('sees Spark, PySpark and Python in the launcher, SparkR where R is there', async () => {
    const cards = lab.page
      .locator('.jp-Launcher-section', { has: lab.page.locator('.jp-Launcher-sectionTitle', { hasText: 'Notebook' }) })
      .locator('.jp-LauncherCard-label');
    await cards.first().waitFor();
    const expected = ['PySpark', 'Python', 'Spark', ...(hasSparkR() ? ['SparkR'] : [])];
    expect((await cards.allTextContents()).map((text) => text.trim()).toSorted()).toEqual(expected);
  });

  it('runs the example: session table, joins, SQL with a plot, local plot, help', async () => {
    await lab.open('Jupyter/hello_spark.ipynb');
    await lab.menu('Run', 'Run All Cells');
    await lab.page.getByText("SparkSession available as 'spark'.").waitFor({ timeout: 90_000 });
    const codeCells = () => cells().filter((cell) => cell.cell_type === 'code');
    let seen: SavedCell[] = [];
    // A file that is just being written can't be read; the next look can.
    const saved = async () => {
      await lab.save();
      seen = codeCells();
      return seen;
    };
    await expect
      .poll(async () => textOf((await saved())[5]), { timeout: 240_000, interval: 1000 })
      .toContain('336,776 rows written');
    // The last one is answered beside the driver.
    await expect
      .poll(async () => textOf((await saved())[6]), { timeout: 60_000, interval: 1000 })
      .toMatch(/%%configure|configure/);
    const [read, join_, views, sql, plot, write] = seen;
    expect(textOf(read)).toMatch(/application_|local-\d+/);
    expect(textOf(read)).toContain(`${platform.url}/projects/demo/applications/1/ui`);
    expect(textOf(read)).toContain('336,776 flights');
    expect(textOf(join_)).toContain('ExpressJet Airlines Inc.');
    expect(textOf(views)).not.toMatch(/Error/);
    expect(typesOf(sql)).toContain('application/vnd.jupyter.widget-view+json');
    expect(typesOf(plot)).toContain('image/png');
    expect(textOf(write ?? sql)).not.toContain('Traceback');
    expect(seen.flatMap((cell) => cell.outputs ?? []).filter((output) => output.output_type === 'error')).toEqual([]);
  });

  it('works in a terminal, whose files the group may change', async () => {
    await lab.page
      .getByRole('tab', { name: /^Launcher/ })
      .or(lab.page.locator('[title^="New Launcher"]'))
      .first()
      .click();
    // Keys that are pressed before the shell has shown its prompt may be lost. It comes with the first frames, so they are looked at from the very first on.
    const { promise: prompt, resolve: seen } = Promise.withResolvers<void>();
    lab.page.on('websocket', (socket) => {
      if (!socket.url().includes('/terminals/websocket/')) return;
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).includes('"stdout"')) seen();
      });
    });
    await lab.page.locator('.jp-LauncherCard[data-category="Other"]', { hasText: 'Terminal' }).click();
    await prompt;
    await lab.page.locator('.jp-Terminal .xterm').click();
    const file = join(platform.data, 'projects/demo/Resources/terminal.txt');
    // What it shows is drawn on a canvas, so a file tells.
    await lab.page.keyboard.type(`echo "made $((6 * 7))" > '${file}'`);
    await lab.page.keyboard.press('Enter');
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toBe('made 42\n');
    expect((statSync(file).mode & 0o777).toString(8)).toBe('660');
    await lab.page.keyboard.type('exit');
    await lab.page.keyboard.press('Enter');
    await lab.page.locator('.jp-Terminal').waitFor({ state: 'detached' });
  });

  it('finds Parquet in Resources that the group may change and others can not read', () => {
    const folder = join(platform.data, 'projects/demo/Resources/flights_2013.parquet');
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(folder)).toBe('770');
    const months = readdirSync(folder).filter((name) => name.startsWith('month='));
    expect(months).toHaveLength(12);
    for (const month of months) {
      expect(mode(join(folder, month))).toBe('770');
      const files = readdirSync(join(folder, month)).filter((name) => name.endsWith('.parquet'));
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) expect(mode(join(folder, month, file))).toBe('660');
    }
  });

  it('finds the application on the Jupyter page, with Spark UI and log', async () => {
    await page.goto(jupyter());
    const row = rowIn('Running applications');
    await row.waitFor();
    await expect.poll(() => row.textContent()).toMatch(/idle/i);
    const [ui] = await Promise.all([context.waitForEvent('page'), row.getByRole('link', { name: 'Spark UI' }).click()]);
    await ui.waitForURL(/localhost:\d+\/jobs\//);
    for (const tab of ['Stages', 'Storage', 'Environment', 'Executors', 'SQL / DataFrame', 'Jobs']) {
      await ui.locator('.navbar a, nav a', { hasText: tab }).first().click();
      await ui
        .locator('h3', { hasText: new RegExp(tab.split(' ')[0]?.replace(/s$/, '') ?? tab) })
        .first()
        .waitFor();
    }
    await ui.close();
    await page.goto(`${application()}/log`);
    // The page begins at the log's end, and Spark may have said much by now.
    await page.getByPlaceholder('Search').fill('SparkContext');
    await page.getByText('SparkContext').first().waitFor();
  });

  it('sees what its application has done, and what its executor says', async () => {
    await page.goto(jupyter());
    await rowIn('Running applications').getByRole('link', { name: 'Metrics' }).click();
    await page.getByRole('heading', { name: /hello_spark\.ipynb/ }).waitFor();
    await visitApplication(page, application());
  });

  it('finds the notebook among the recent ones, with its configuration', async () => {
    await page.goto(jupyter());
    const row = rowIn('Recent notebooks');
    await row.waitFor();
    expect(await row.textContent()).toMatch(
      /Jupyter\/hello_spark\.ipynbPySpark.*youSpark\/PySpark · 2 GB · 1 coreOpen in Jupyter1 run/,
    );
    await row.getByRole('button', { name: /^Runs of/ }).click();
    const runs = page.getByRole('dialog').getByRole('list', { name: 'Runs' });
    await runs.getByText(/PySpark · \d+ cells run/).waitFor();
    await page.keyboard.press('Escape');
  });

  it('looks good on a wide and on a narrow screen, light and dark', async () => {
    await shoot('jupyter-running', jupyter(), (p) => p.getByText('hello_spark.ipynb').first().waitFor());
    await shoot('recent-notebooks', jupyter(), (p) => rowIn('Recent notebooks', p).scrollIntoViewIfNeeded());
    await shoot('applications', `${platform.url}/projects/demo/applications`, (p) =>
      p.getByText('hello_spark.ipynb').first().waitFor(),
    );
    await shoot('application-log', `${application()}/log`, (p) =>
      p
        .getByText(/INFO|\tat /)
        .first()
        .waitFor(),
    );
    await shoot('application-metrics', `${application()}/metrics`, plotsAreDrawn);
    await shoot('application-executors', `${application()}/executors`, (p) => p.getByText(/ done/).waitFor());
    await shoot('server-log', `${platform.url}/projects/demo/jupyter/log`, (p) =>
      p
        .getByText(/ServerApp|Kernel/)
        .first()
        .waitFor(),
    );
    await shoot('account', `${platform.url}/account`, (p) => p.getByText('ada@example.org').first().waitFor());
    for (const screen of screens) {
      await lab.page.setViewportSize({ width: screen.width, height: screen.height });
      if (screen.name === '1280-light')
        await lab.page.screenshot({ path: join(screenshotFolder, 'jupyterlab-1280-light.png') });
    }
    await lab.page.setViewportSize({ width: 1280, height: 800 });
    expect(accessibility).toEqual([]);
  });

  it('sees what a cell prints while it runs, and the saved notebook has it once', async () => {
    const wait = 'while not os.path.exists("Resources/go"):\n    time.sleep(0.05)';
    await lab.runInNewCell(`import os, time\nprint("step one")\n${wait}\nprint("step", 1 + 1)`);
    await lab.lastOutput().getByText('step one').waitFor();
    writeFileSync(join(platform.data, 'projects/demo/Resources/go'), '');
    await lab.lastOutput().getByText('step 2').waitFor();
    const outputs = async () => {
      await lab.save();
      return cells().at(-1)?.outputs;
    };
    const text = ['step one\n', 'step 2'];
    await expect
      .poll(outputs, { timeout: 60_000, interval: 500 })
      .toEqual([{ output_type: 'stream', name: 'stdout', text }]);
  });

  it('does not notice that control is killed in the middle of a cell', async () => {
    const before = platform.pids();
    await lab.runInNewCell('import time\ntime.sleep(6)\nprint("survived", 6 * 7)');
    await expect
      .poll(async () =>
        page.evaluate(async () => (await (await fetch('/api/v1/projects/demo/sessions')).json()).items[0].state),
      )
      .toBe('busy');
    process.kill(before.control, 'SIGKILL');
    await lab.lastOutput().getByText('survived 42').waitFor({ timeout: 60_000 });
    expect(platform.pids().control).not.toBe(before.control);
    expect(await lab.page.locator('.jp-Dialog').count()).toBe(0);
    await page.goto(jupyter());
    await rowIn('Running applications').waitFor();
  });

  it('gets the result of a cell although the whole platform is killed and started again', async () => {
    await lab.runInNewCell('time.sleep(6)\nprint("survived again", len("ember"))');
    await expect
      .poll(async () =>
        page.evaluate(async () => (await (await fetch('/api/v1/projects/demo/sessions')).json()).items[0].state),
      )
      .toBe('busy');
    await platform.kill();
    await platform.start();
    await lab.lastOutput().getByText('survived again 5').waitFor({ timeout: 90_000 });
  });

  it('sees what bad code does, and goes on', async () => {
    const outputOf = async (code: string, text: RegExp) => {
      await lab.runInNewCell(code);
      await lab.lastOutput().getByText(text).first().waitFor({ timeout: 120_000 });
    };
    await outputOf('1 / 0', /ZeroDivisionError: division by zero/);
    await outputOf('import sys; sys.exit()', /SystemExit/);
    await outputOf('sys.stdout.buffer.write(b"\\xff\\xfe caf\\xe9\\n"); print("still here")', /still here/);
    await outputOf('for _ in range(100): print("x" * 1_000_000)', /cut|truncated|left out/i);
    await outputOf('print("alive", spark.range(5).count())', /alive 5/);
  });

  it('stops a cell that runs for ever', async () => {
    await lab.runInNewCell('while True:\n    pass');
    await expect
      .poll(async () =>
        page.evaluate(async () => (await (await fetch('/api/v1/projects/demo/sessions')).json()).items[0].state),
      )
      .toBe('busy');
    await lab.menu('Kernel', 'Interrupt Kernel');
    await expect
      .poll(
        async () =>
          page.evaluate(async () => (await (await fetch('/api/v1/projects/demo/sessions')).json()).items[0].state),
        { timeout: 30_000 },
      )
      .toBe('idle');
    await lab.kernelIdle();
    await lab.runInNewCell('print("after the interrupt", 1 + 1)');
    await lab.lastOutput().getByText('after the interrupt 2').waitFor({ timeout: 60_000 });
  });

  it('is told when the driver dies, and the next session works', async () => {
    await lab.runInNewCell('import os\nos._exit(1)');
    await lab
      .lastOutput()
      .getByText(/driver|ended|dead/i)
      .first()
      .waitFor({ timeout: 60_000 });
    await lab.menu('Kernel', 'Restart Kernel…');
    await lab.page.locator('.jp-Dialog button.jp-mod-accept').click();
    await lab.kernelIdle();
    await lab.runInNewCell('print("a new session", spark.range(3).count())');
    await lab.lastOutput().getByText('a new session 3').waitFor({ timeout: 240_000 });
  });

  it('opens the notebook in Classic Jupyter from the Help menu, and runs a cell there', async () => {
    const [classic] = await Promise.all([context.waitForEvent('page'), lab.menu('Help', 'Launch Classic Notebook')]);
    await classic.waitForURL('**/nbclassic/notebooks/Jupyter/hello_spark.ipynb');
    expect(new URL(classic.url()).origin).toBe(new URL(lab.page.url()).origin);
    await classic.locator('#kernel_indicator_icon.kernel_idle_icon').waitFor();
    await classic.locator('#notebook-container .cell').last().click();
    for (const key of ['Escape', 'b', 'Enter']) await classic.keyboard.press(key);
    await classic.keyboard.insertText('print("classic", spark.range(4).count())');
    await classic.keyboard.press('Control+Enter');
    await classic.locator('#notebook-container .cell').last().getByText('classic 4').waitFor();
    await classic.close();
  });

  it('adds six hours, which another tab shows at once', async () => {
    await page.goto(jupyter());
    await page.getByText(/^Stops in 5 h \d+ min$/).waitFor();
    const other = await context.newPage();
    await other.goto(jupyter());
    await other.getByText(/^Stops in 5 h/).waitFor();
    await page.getByRole('button', { name: 'Run for 6 more hours' }).click();
    await other.getByText(/^Stops in 11 h/).waitFor();
    await other.close();
  });

  it('sees in JupyterLab’s status bar what the server takes of what it may', async () => {
    const item = lab.page.locator('#jp-main-statusbar .emberlab-Use');
    await item.waitFor();
    // Where nothing bounds the memory of all its processes together, there are the cores alone.
    expect(await item.textContent()).toMatch(/^(\d+\.\d of 4 GB)?\d+\.\d of 2 cores$/);
    expect(await item.getAttribute('title')).toContain('Spark drivers and executors are no part of it');
    await page.goto(jupyter());
    await page.getByText(/^CPU [\d.]+ of 2 cores$/).waitFor();
  });

  it('adds six hours in JupyterLab, and each side shows at once what the other did', async () => {
    const statusBar = lab.page.locator('#jp-main-statusbar');
    await statusBar.getByText(/^11 h \d+ min left$/).waitFor();
    await statusBar.getByRole('button', { name: 'Run for 6 more hours' }).click();
    await page.getByText(/^Stops in 17 h/).waitFor();
    await page.getByRole('button', { name: 'Run for 6 more hours' }).click();
    await statusBar.getByText(/^23 h \d+ min left$/).click();
    await lab.page.locator('.lm-Menu-itemLabel', { hasText: /^\+6 h$/ }).click();
    await page.getByText(/^Stops in 1 d 5 h$/).waitFor();
    await statusBar.getByText(/^1 d 5 h left$/).waitFor();
    const back = lab.page.getByRole('link', { name: 'Back to demo' });
    expect(await back.getAttribute('href')).toBe(jupyter());
  });

  it('is warned near the end, and then the server is stopped with all that it started', async () => {
    // Nobody waits for hours here: its end is put where those hours would have brought it.
    const end = (inMs: number) => {
      using database = new DatabaseSync(join(platform.data, 'emberlab.db'));
      database.prepare("update servers set stops_at = ? where state = 'running'").run(Date.now() + inMs);
    };
    end(9.5 * 60_000);
    await shoot('jupyter-ending', jupyter(), async (p) => p.getByText(/^Jupyter stops in \d min$/).waitFor());
    expect(accessibility).toEqual([]);

    const inLab = lab.page.locator('.Toastify__toast', { hasText: /Jupyter stops at/ });
    const lookAtLab = async () => {
      await lab.page.reload();
      await lab.ready();
      // It has come to rest.
      await inLab.getByRole('button', { name: '+6 h' }).click({ trial: true });
    };
    await lookAtLab();
    expect(await lab.page.title()).toMatch(/^\d min left · /);
    await lab.page.screenshot({ path: join(screenshotFolder, 'jupyterlab-ending-1280-light.png') });
    await inLab.getByRole('button', { name: '+6 h' }).click();
    await inLab.waitFor({ state: 'detached' });
    await page.goto(jupyter());
    await page.getByText(/^Stops in 6 h/).waitFor();
    expect(await lab.page.title()).not.toMatch(/left/);

    end(9.5 * 60_000);
    await lookAtLab();
    await lab.menu('Settings', 'Theme');
    await lab.page.locator('.lm-Menu-itemLabel', { hasText: /^JupyterLab Dark$/ }).click();
    await lab.page.locator('body[data-jp-theme-light="false"]').waitFor({ state: 'attached' });
    // While the theme changes, JupyterLab's logo is in front of the page.
    await lab.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
    await lab.page.screenshot({ path: join(screenshotFolder, 'jupyterlab-ending-1280-dark.png') });
    await page.goto(jupyter());
    await page.getByRole('button', { name: 'Let Jupyter run for 6 more hours' }).click();
    await inLab.waitFor({ state: 'detached' });

    end(0);
    await page.getByText('Its time was over.').waitFor();
    await nothingIsLeft();
  });

  const stop = async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Run Jupyter' }).waitFor();
  };
  const openRecent = () =>
    rowIn('Recent notebooks')
      .getByRole('button', { name: /^Open in Jupyter/ })
      .click();

  it('opens a recent notebook with the configuration that it ran with, not with the one chosen since', async () => {
    await page.goto(jupyter());
    const type = (name: string) => page.getByRole('radiogroup', { name: 'Type' }).getByText(name, { exact: true });
    await type('Python').click();
    await page.getByText('Saved', { exact: true }).waitFor();
    const [tab] = await Promise.all([context.waitForEvent('page'), openRecent()]);
    await new Lab(tab).ready();
    expect(decodeURIComponent(new URL(tab.url()).pathname)).toMatch(/\/tree\/Jupyter\/hello_spark\.ipynb$/);
    await tab.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').first().waitFor();
    await page.getByText(/^JupyterLab · Spark\/PySpark/).waitFor();
    // What was chosen is still there for the next Run Jupyter.
    await tab.close();
    await stop();
    // The radio itself is hidden behind its label.
    await page.getByRole('radio', { name: 'Python', checked: true }).waitFor({ state: 'attached' });
  });

  it('is asked before a recent notebook stops a server with another configuration', async () => {
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Run Jupyter' }).click(),
    ]);
    lab = new Lab(tab);
    await lab.ready();
    // The notebook that was open is open again, and there is no PySpark here. A question left open would stand before what Jupyter says later.
    await tab.locator('.jp-Dialog').getByRole('button', { name: 'No Kernel' }).click();
    await shoot('other-configuration', jupyter(), async (p) => {
      await rowIn('Recent notebooks', p)
        .getByRole('button', { name: /^Open in Jupyter/ })
        .click();
      await p.getByRole('dialog').getByRole('row', { name: /^Type/ }).waitFor();
    });
    expect(accessibility).toEqual([]);
    await page.goto(jupyter());
    await openRecent();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('row', { name: /^Type/ }).textContent()).toBe('TypePythonSpark/PySpark');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(/^JupyterLab · Python/).waitFor();
  });

  it('presses Stop, and nothing is left running', async () => {
    await stop();
    await nothingIsLeft();
    // The tab that is still open says what is the matter, and not that a folder has gone.
    await lab.page.getByText('Server Connection Error').waitFor();
    expect(await lab.page.getByText('Directory not found').count()).toBe(0);
  });
});
