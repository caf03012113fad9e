import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker } from '@jupyterlab/notebook';
import { jobUrl } from '../job-url.ts';
import { category, command } from '../names.ts';
import type { OwnServer } from '../own-server.ts';
import { IOwnServer } from './own-server.ts';

/** Below what saves and exports notebooks. */
const rank = 100;
const shownMs = 10_000;

/** `File → Run as job`: saves the notebook in front, and opens the page on which a job is made of it, with the configuration that it ran with. */
export const runAsJob: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:run-as-job',
  description: 'Makes a job of the open notebook.',
  autoStart: true,
  requires: [IOwnServer, INotebookTracker],
  optional: [IMainMenu, ICommandPalette],
  activate: (
    { commands }: JupyterFrontEnd,
    server: OwnServer,
    notebooks: INotebookTracker,
    menus: IMainMenu | null,
    palette: ICommandPalette | null,
  ) => {
    commands.addCommand(command.job, {
      label: 'Run as Job…',
      caption: 'Make a job of this notebook, which runs by itself',
      isEnabled: () => notebooks.currentWidget !== null && server.state !== null,
      async execute() {
        const { currentWidget } = notebooks;
        const { state } = server;
        if (currentWidget === null || state === null) return;
        // At once: a browser opens no tab any more when something was waited for.
        const tab = window.open('about:blank', '_blank');
        try {
          await currentWidget.context.save();
        } catch (error) {
          tab?.close();
          const reason = error instanceof Error ? error.message : String(error);
          Notification.error(`The notebook could not be saved, so no job was made of it. ${reason}`, {
            autoClose: shownMs,
          });
          return;
        }
        if (tab === null) return;
        tab.opener = null;
        tab.location.href = jobUrl(state.project.page, currentWidget.context.path);
      },
    });
    menus?.fileMenu.addGroup([{ command: command.job }], rank);
    palette?.addItem({ command: command.job, category });
  },
};
