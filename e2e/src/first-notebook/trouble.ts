import { join } from 'node:path';
import { expect, it } from 'vitest';
import { screenshotFolder } from '../browser.ts';
import type { Newcomer } from './newcomer.ts';
import { chooseCharts, query } from './plots.ts';

/** What happens to running cells when the platform, the driver or the code itself fails. */
export function meetsTrouble(at: Newcomer): void {
  it('sees what a cell prints while it runs, and the saved notebook has it once', async () => {
    const { lab, cells, waitFor, letGoOn } = at;
    await lab.runInNewCell(`print("step one")\n${waitFor('go')}\nprint("step", 1 + 1)`);
    await lab.lastOutput().getByText('step one').waitFor();
    letGoOn('go');
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
    const { platform, page, lab, jupyter, rowIn, waitFor, letGoOn, sessionState } = at;
    const before = platform.pids();
    await lab.runInNewCell(`${waitFor('after-control')}\nprint("survived", 6 * 7)`);
    await expect.poll(sessionState).toBe('busy');
    process.kill(before.control, 'SIGKILL');
    letGoOn('after-control');
    await lab.lastOutput().getByText('survived 42').waitFor({ timeout: 60_000 });
    expect(platform.pids().control).not.toBe(before.control);
    expect(await lab.page.locator('.jp-Dialog').count()).toBe(0);
    await page.goto(jupyter());
    await rowIn('Running applications').waitFor();
  });

  it('gets the result of a cell although the whole platform is killed and started again', async () => {
    const { platform, lab, waitFor, letGoOn, sessionState } = at;
    await lab.runInNewCell(`${waitFor('after-all')}\nprint("survived again", len("ember"))`);
    await expect.poll(sessionState).toBe('busy');
    await platform.kill();
    // It ends while nobody is there to hear of it.
    letGoOn('after-all');
    await platform.start();
    await lab.lastOutput().getByText('survived again 5').waitFor({ timeout: 90_000 });
  });

  it('is told that nothing answers, and sees an idle kernel and no notice once the platform is back', async () => {
    const { platform, lab } = at;
    await lab.kernelIdle();
    await platform.stop();
    const notice = lab.page.getByText(/Emberlab does not answer\. What runs goes on/).first();
    await notice.waitFor({ timeout: 60_000 });
    await lab.page.screenshot({ path: join(screenshotFolder, 'lab-nothing-answers.png') });
    await platform.start();
    await notice.waitFor({ state: 'hidden', timeout: 60_000 });
    // No cell has run since: JupyterLab by itself would say `Unknown`.
    await lab.kernelIdle();
    expect(await lab.page.locator('.jp-Dialog').count()).toBe(0);
  });

  it('sees what bad code does, and goes on', async () => {
    const { lab } = at;
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
    const { lab, sessionState } = at;
    await lab.runInNewCell('while True:\n    pass');
    await expect.poll(sessionState).toBe('busy');
    await lab.menu('Kernel', 'Interrupt Kernel');
    await expect.poll(sessionState, { timeout: 30_000 }).toBe('idle');
    await lab.kernelIdle();
    await lab.runInNewCell('print("after the interrupt", 1 + 1)');
    await lab.lastOutput().getByText('after the interrupt 2').waitFor({ timeout: 60_000 });
  });

  it('is told when the driver dies, and the next session works', async () => {
    const { lab } = at;
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

  it('stops the Spark session in the status bar, and the restarted kernel starts another', async () => {
    const { lab } = at;
    const session = lab.page.locator('.emberlab-Session button');
    await session.click();
    await lab.page.locator('.lm-Menu-item', { hasText: 'Stop Spark session' }).click();
    await lab.page.locator('.jp-Dialog button.jp-mod-warn').click();
    await session.getByText('Spark not started').waitFor();
    await lab.menu('Kernel', 'Restart Kernel…');
    await lab.page.locator('.jp-Dialog button.jp-mod-accept').click();
    await lab.kernelIdle();
    await lab.runInNewCell('print("one more session", spark.range(4).count())');
    await lab.lastOutput().getByText('one more session 4').waitFor({ timeout: 240_000 });
  });

  it('opens the notebook in Classic Jupyter from the Help menu, and runs a cell there', async () => {
    const { context, lab } = at;
    const [classic] = await Promise.all([context.waitForEvent('page'), lab.menu('Help', 'Launch Classic Notebook')]);
    await classic.waitForURL('**/nbclassic/notebooks/Jupyter/hello_spark.ipynb');
    expect(new URL(classic.url()).origin).toBe(new URL(lab.page.url()).origin);
    await classic.locator('#kernel_indicator_icon.kernel_idle_icon').waitFor();
    await classic.locator('#notebook-container .cell').last().click();
    for (const key of ['Escape', 'b', 'Enter']) await classic.keyboard.press(key);
    await classic.keyboard.insertText('print("classic", spark.range(4).count())');
    await classic.keyboard.press('Control+Enter');
    await classic.locator('#notebook-container .cell').last().getByText('classic 4').waitFor();
    await classic.locator('img.current_kernel_logo').waitFor();
    await classic.setViewportSize({ width: 1280, height: 1400 });
    await classic.locator('#notebook-container .cell').last().locator('.input_prompt').click();
    for (const key of ['Escape', 'b', 'Enter']) await classic.keyboard.press(key);
    await classic.keyboard.insertText(query);
    await classic.keyboard.press('Control+Enter');
    await chooseCharts(classic.locator('#notebook-container .cell').last().locator('.output_wrapper'), 'classic');
    await classic.close();
  });

  it('makes a job of the open notebook from the File menu, with the configuration that it runs with', async () => {
    const { context, lab } = at;
    const [form] = await Promise.all([context.waitForEvent('page'), lab.menu('File', 'Run as Job…')]);
    await form.waitForURL('**/projects/demo/jobs/new?*');
    await form.getByRole('heading', { name: 'New job' }).waitFor();
    await form.getByText('The configuration is that with which the notebook ran.').waitFor();
    await form.getByText('Jupyter/hello_spark.ipynb').first().waitFor();
    await form.getByRole('button', { name: 'Create job' }).click();
    await form.waitForURL(/\/projects\/demo\/jobs\/\d+$/);
    await form.getByRole('heading', { name: 'hello_spark', level: 1 }).waitFor();
    await form.close();
  });
}
