import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { screenshotFolder } from '../browser.ts';
import { difference, lookAt } from '../pictures.ts';
import type { Lab } from '../lab.ts';
import type { Newcomer } from './newcomer.ts';

const rows = `('ash', 1, 4.0), ('birch', 2, 6.5), ('cedar', 3, 3.0), ('elm', 4, 8.0)`;
export const query = `%%sql -o trees\nSELECT * FROM VALUES ${rows} AS t(tree, year, height)`;
/** What each kind of chart draws that the one before it does not. */
const charts = {
  Pie: '.slice',
  Scatter: '.scatterlayer .point',
  Line: '.js-line',
  Area: '.js-fill',
  Bar: '.barlayer .point',
} as const;
const tolerated = 6;

/** Chooses one kind of chart after the other in the output of a query, and looks at each; then the table again. */
export async function chooseCharts(output: Locator, where: 'lab' | 'classic'): Promise<void> {
  const pictures: Buffer[] = [];
  await output.locator('table').getByText('cedar').waitFor();
  for (const [chart, drawn] of Object.entries(charts)) {
    await output.getByRole('button', { name: chart, exact: true }).click();
    const plot = output.locator('.js-plotly-plot');
    // Where a line goes it may have no height, and is there all the same.
    await plot.locator(drawn).first().waitFor({ state: 'attached' });
    pictures.push(await lookAt(plot, `${where}-${chart.toLowerCase()}`));
  }
  await output.getByRole('button', { name: 'Table', exact: true }).click();
  await output.locator('table').getByText('cedar').waitFor();
  expect(await output.locator('.js-plotly-plot').count()).toBe(0);
  // What is compared tells them apart: a bar is no pie.
  const [pie = Buffer.alloc(0), , , , bar = Buffer.alloc(0)] = pictures;
  expect(await difference(output.page(), pie, bar)).toBeGreaterThan(tolerated);
}

/** Figures of Python's plotting libraries, from the notebook's own process and from the driver, with the picture that is kept of each. */
const figures = {
  matplotlib: `%%local
%matplotlib inline
import matplotlib.pyplot as plt
plt.figure(figsize=(4, 3))
_ = plt.bar(trees["tree"], trees["height"], color=["tab:blue", "tab:orange", "tab:green", "tab:red"])`,
  seaborn: `%%local
import seaborn as sns
plt.figure(figsize=(4, 3))
_ = sns.lineplot(data=trees, x="year", y="height", linewidth=8)`,
  driver: `import matplotlib.pyplot as plt
plt.clf()
_ = plt.pie([1, 2, 3])
%matplot plt`,
};

/** The notebook's Spark session in the status bar, and what its menu leads to. */
async function lookAtSession(lab: Lab): Promise<void> {
  const session = lab.page.locator('.emberlab-Session button');
  await session.getByText('Spark idle · 1 executor').waitFor();
  await lab.runInNewCell('import time\n_ = sc.parallelize(range(8), 8).map(lambda n: time.sleep(0.5) or n).sum()');
  await session.getByText(/^Spark \d\d? % · 1 executor$/).waitFor();
  await session.getByText('Spark idle · 1 executor').waitFor();
  await session.click();
  await lab.page.screenshot({ path: join(screenshotFolder, 'jupyterlab-session-1280-light.png') });
  const [log] = await Promise.all([
    lab.page.context().waitForEvent('page'),
    lab.page.locator('.lm-Menu-item', { hasText: 'Driver log' }).click(),
  ]);
  await log.waitForURL('**/projects/demo/applications/*/log');
  await log.close();
}

/** What is drawn in JupyterLab, as in the guide's tutorial on plotting. */
export function drawsPlots(at: Newcomer): void {
  it('chooses among table, pie, scatter, line, area and bar for the rows of a query', async () => {
    const { lab } = at;
    await lab.page.setViewportSize({ width: 1280, height: 1400 });
    await lab.runInNewCell(query);
    await chooseCharts(lab.lastOutput(), 'lab');
  });

  it('draws with matplotlib and seaborn in the notebook’s own process, and on the driver', async () => {
    const { lab } = at;
    for (const [name, code] of Object.entries(figures)) {
      await lab.runInNewCell(code);
      const picture = lab.lastOutput().locator('img');
      await picture.waitFor();
      await lookAt(picture, `figure-${name}`);
    }
    await lab.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('sees the variables of the session in the side panel, and what a name stands for with Shift+Tab', async () => {
    const { lab } = at;
    await lab.page.locator('.jp-SideBar.jp-mod-right .lm-TabBar-tab', { hasText: 'Variables' }).click();
    const panel = lab.page.locator('#emberlab-variables');
    await panel.getByRole('table').waitFor();
    await lab.runInNewCell('some_number = 6 * 7');
    await panel.getByRole('row', { name: 'some_number int 42' }).waitFor();
    await lab.page.screenshot({ path: join(screenshotFolder, 'jupyterlab-variables-1280-light.png') });
    await lookAtSession(lab);
    await lab.runInNewCell('spark.createDataFrame');
    await lab.lastOutput().getByText('bound method').waitFor();
    await lab.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').last().locator('.cm-content').click();
    await lab.page.keyboard.press('End');
    await lab.page.keyboard.press('Shift+Tab');
    await lab.page.locator('.jp-Tooltip').getByText('Signature: spark.createDataFrame(').waitFor();
    await lab.page.keyboard.press('Escape');
    // A narrow window has no room for side bars beside a notebook.
    const files = lab.page.locator('.jp-FileBrowser');
    const filesTab = lab.page.locator('.jp-SideBar.jp-mod-left .lm-TabBar-tab').first();
    if (!(await files.isVisible())) await filesTab.click();
    await files.waitFor();
    await lab.page.setViewportSize({ width: 390, height: 800 });
    await files.waitFor({ state: 'hidden' });
    await panel.waitFor({ state: 'hidden' });
    await lab.page.setViewportSize({ width: 1280, height: 800 });
    await filesTab.click();
    await files.waitFor();
  });

  it('asks for help in a console, whose kernel has its icon', async () => {
    const { lab } = at;
    await lab.menu('File', 'New Launcher');
    const consoles = lab.page.locator('.jp-Launcher-section', {
      has: lab.page.locator('.jp-Launcher-sectionTitle', { hasText: 'Console' }),
    });
    const card = consoles.locator('.jp-LauncherCard', { hasText: 'PySpark' });
    await card.waitFor();
    const drawn = (image: HTMLImageElement) => image.complete && image.naturalWidth > 0;
    for (const icon of await lab.page.locator('.jp-Launcher-kernelIcon').all())
      await expect.poll(() => icon.evaluate(drawn)).toBe(true);
    await card.click();
    // With its first words it gets a prompt of its own: what was typed before is lost.
    await lab.page.locator('.jp-CodeConsole').getByText('%%help lists the magics').waitFor();
    const prompt = lab.page.locator('.jp-CodeConsole-promptCell .cm-content');
    await prompt.click();
    await lab.page.keyboard.insertText('%%help');
    await lab.page.keyboard.press('Shift+Enter');
    await lab.page.locator('.jp-CodeConsole-content').getByText('%%send_to_spark').first().waitFor();
    await lab.page.locator('.lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabCloseIcon').click();
    await lab.open('Jupyter/hello_spark.ipynb');
  });
}
