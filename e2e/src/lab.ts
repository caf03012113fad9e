import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** A cell as it stands in a saved notebook. */
export type SavedCell = {
  cell_type: string;
  execution_count: number | null;
  source: string[] | string;
  outputs?: {
    output_type: string;
    name?: string;
    text?: string[] | string;
    data?: Record<string, string[] | string>;
    ename?: string;
  }[];
};

const joined = (text: string[] | string | undefined): string => (Array.isArray(text) ? text.join('') : (text ?? ''));

/** All that a saved cell shows as text. */
export const textOf = (cell: SavedCell | undefined): string =>
  (cell?.outputs ?? [])
    .map((output) => joined(output.text) + joined(output.data?.['text/plain']) + joined(output.data?.['text/html']))
    .join('\n');

/** The media types that a saved cell shows. */
export const typesOf = (cell: SavedCell | undefined): string[] =>
  (cell?.outputs ?? []).flatMap((output) => Object.keys(output.data ?? {}));

/** A JupyterLab tab. */
export class Lab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async ready(): Promise<void> {
    await this.page.locator('#jp-main-dock-panel').waitFor({ timeout: 120_000 });
    await this.page.locator('#jupyterlab-splash').waitFor({ state: 'detached', timeout: 60_000 });
  }

  /** Chooses an entry of the menu bar. */
  async menu(bar: string, entry: string): Promise<void> {
    await this.page.locator('.lm-MenuBar-itemLabel', { hasText: new RegExp(`^${bar}$`) }).click();
    await this.page
      .locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${entry}$`) })
      .first()
      .click();
  }

  /** Opens a notebook by its path in the project. */
  async open(path: string): Promise<void> {
    await this.page.goto(`${new URL(this.page.url()).origin}/lab/tree/${path}`);
    await this.ready();
    await this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').first().waitFor();
    await this.kernelIdle();
  }

  /** Waits until the status bar says that the open notebook's kernel is idle: the toolbar says so already while there is none yet. */
  async kernelIdle(): Promise<void> {
    await this.page
      .locator('#jp-main-statusbar')
      .getByText(/\| Idle$/)
      .waitFor({ timeout: 240_000 });
  }

  /** Appends a cell with `code` to the open notebook and runs it; does not wait for its end. */
  async runInNewCell(code: string): Promise<void> {
    const notebook = this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
    await notebook.locator('.jp-Notebook').press('Escape');
    await this.page.keyboard.press('Control+End');
    await notebook.locator('.jp-Notebook-footer').click();
    const editor = notebook.locator('.jp-Cell').last().locator('.cm-content');
    await editor.click();
    await this.page.keyboard.insertText(code);
    await this.page.keyboard.press('Control+Enter');
  }

  /** The output of the notebook's last cell, as text on the page. */
  lastOutput() {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').last().locator('.jp-OutputArea');
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+s');
  }
}

/** The cells of a notebook file. */
export function readCells(file: string): SavedCell[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { cells: SavedCell[] }).cells;
}
