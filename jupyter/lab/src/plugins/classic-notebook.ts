import { ICommandPalette } from '@jupyterlab/apputils';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker } from '@jupyterlab/notebook';
import { classicUrl } from '../classic-url.ts';
import { category, command } from '../names.ts';

/** Directly below `About`. */
const rank = 0.5;

/** `Help → Launch Classic Notebook`: opens the notebook in front, or the list of files, in Classic Jupyter on this server. */
export const classicNotebook: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:classic-notebook',
  description: 'Opens Classic Jupyter on the same server.',
  autoStart: true,
  requires: [IMainMenu],
  optional: [INotebookTracker, ICommandPalette],
  activate: (
    { commands }: JupyterFrontEnd,
    menus: IMainMenu,
    notebooks: INotebookTracker | null,
    palette: ICommandPalette | null,
  ) => {
    commands.addCommand(command.classic, {
      label: 'Launch Classic Notebook',
      caption: 'Open Classic Jupyter on this server in a new tab',
      execute: () => {
        const url = classicUrl(PageConfig.getBaseUrl(), notebooks?.currentWidget?.context.path ?? null);
        window.open(url, '_blank', 'noopener');
      },
    });
    menus.helpMenu.addGroup([{ command: command.classic }], rank);
    palette?.addItem({ command: command.classic, category });
  },
};
