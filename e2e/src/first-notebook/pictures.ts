import type { Lab, SavedCell } from '../lab.ts';

/** Code cells of the example that the guide shows, by what it calls them. */
const shown: Readonly<Record<string, number>> = { session: 0, join: 1, sql: 3, plot: 4 };

/** Takes a picture of each of these cells with its output, as JupyterLab shows it. */
export async function photographCells(
  lab: Lab,
  cells: readonly SavedCell[],
  file: (name: string) => string,
): Promise<void> {
  const all = lab.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell');
  for (const [name, index] of Object.entries(shown)) {
    const words = cells[index]?.source ?? '';
    // JupyterLab draws the cells that are in sight alone, so they are found by what is in them.
    const first = (Array.isArray(words) ? words.join('') : words).split('\n')[0] ?? '';
    const cell = all.filter({ hasText: first }).first();
    // Its first line at the top: what it shows may be longer than the window.
    await cell.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await lab.page.screenshot({ path: file(name) });
  }
}
