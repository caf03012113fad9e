import type { LabSession } from '@emberlab/contract';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Menu, Widget } from '@lumino/widgets';
import { isSpark } from '../kernel-variables.ts';
import { command } from '../names.ts';
import type { OwnServer } from '../own-server.ts';
import { makeSessionItem, type InFront } from '../session-item.ts';
import { IOwnServer } from './own-server.ts';

const shownMs = 10_000;

/** The Spark session of the notebook in front, in the status bar, with what can be done about it. */
export const sparkSession: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:spark-session',
  description: "Shows the state of the notebook's Spark session in the status bar.",
  autoStart: true,
  requires: [IOwnServer, INotebookTracker, IStatusBar],
  activate: ({ commands }: JupyterFrontEnd, server: OwnServer, notebooks: INotebookTracker, statusBar: IStatusBar) => {
    const inFront = (): InFront => {
      const widget = notebooks.currentWidget;
      const kernel = widget?.sessionContext.session?.kernel ?? null;
      if (widget === null || kernel === null || !isSpark(kernel)) return 'other';
      return server.state?.sessions.find(({ notebook }) => notebook === widget.context.path) ?? null;
    };
    const session = (): LabSession | null => {
      const found = inFront();
      return found === 'other' ? null : found;
    };
    const open = (path: string) => void window.open(`${session()?.page ?? ''}${path}`, '_blank', 'noopener');
    const stop = async () => {
      const one = session();
      if (one === null) return;
      const { button } = await showDialog({
        title: 'Stop the Spark session?',
        body: 'Its variables, and what runs in it, are lost. Restart the kernel to start a new one.',
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Stop' })],
      });
      if (!button.accept) return;
      await server.stopSession(one.id).catch((error: Error) => {
        Notification.error(`The Spark session was not stopped. ${error.message}`, { autoClose: shownMs });
      });
    };

    commands.addCommand(command.sparkUi, {
      label: 'Spark UI',
      isEnabled: () => session()?.uiAvailable === true,
      execute: () => open('/ui'),
    });
    commands.addCommand(command.sparkLog, {
      label: 'Driver log',
      isEnabled: () => session() !== null,
      execute: () => open('/log'),
    });
    commands.addCommand(command.restartSpark, {
      label: 'Restart kernel and Spark session…',
      isEnabled: () => inFront() !== 'other',
      execute: () => commands.execute('notebook:restart-kernel'),
    });
    commands.addCommand(command.stopSpark, {
      label: 'Stop Spark session…',
      isEnabled: () => session()?.stopped === false,
      execute: stop,
    });
    const all = [command.sparkUi, command.sparkLog, command.restartSpark, command.stopSpark];
    const menu = new Menu({ commands });
    for (const one of all) menu.addItem({ command: one });

    const item = makeSessionItem({ menu: ({ left, top }) => menu.open(left, top) });
    const show = () => {
      item.show(inFront());
      for (const one of all) commands.notifyCommandChanged(one);
    };
    // Each second: kernels come and go as well.
    server.watch(show);
    notebooks.currentChanged.connect(show);
    statusBar.registerStatusItem('@emberlab/lab:spark-session', {
      item: new Widget({ node: item.node }),
      align: 'left',
      rank: 1000,
    });
  },
};
