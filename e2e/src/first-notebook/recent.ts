import { expect, it } from 'vitest';
import { Lab } from '../lab.ts';
import type { Newcomer } from './newcomer.ts';

/** Recent notebooks, opened with the configurations that they ran with. */
export function comesBack(at: Newcomer): void {
  const openRecent = () =>
    at
      .rowIn('Recent notebooks')
      .getByRole('button', { name: /^Open in Jupyter/ })
      .click();

  it('opens a recent notebook with the configuration that it ran with, not with the one chosen since', async () => {
    const { context, page, jupyter, stop } = at;
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
    const { context, page, accessibility, jupyter, rowIn, shoot } = at;
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Run Jupyter' }).click(),
    ]);
    const lab = new Lab(tab);
    at.lab = lab;
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
}
