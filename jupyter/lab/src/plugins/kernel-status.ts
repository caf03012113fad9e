import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker, type SessionContext } from '@jupyterlab/notebook';
import { askForStatus, reconnect } from '../kernel-status.ts';
import type { OwnServer } from '../own-server.ts';
import { IOwnServer } from './own-server.ts';

/** Notebooks and consoles are connected again, and say how their kernel does, as soon as the platform is back. */
export const kernelStatus: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:kernel-status',
  description: 'Connects kernels again, and asks for their status, when the platform is back.',
  autoStart: true,
  requires: [IOwnServer, INotebookTracker, IConsoleTracker],
  activate: (_app: JupyterFrontEnd, server: OwnServer, notebooks: INotebookTracker, consoles: IConsoleTracker) => {
    const contexts = new Set<SessionContext>();
    const kernelOf = ({ session }: SessionContext) => session?.kernel ?? null;
    const follow = (context: SessionContext) => {
      contexts.add(context);
      context.disposed.connect(() => contexts.delete(context));
      context.connectionStatusChanged.connect(() => askForStatus(kernelOf(context)));
    };
    notebooks.widgetAdded.connect((_sender, { sessionContext }) => follow(sessionContext));
    consoles.widgetAdded.connect((_sender, { sessionContext }) => follow(sessionContext));
    server.onBack(() => {
      for (const context of contexts) reconnect(kernelOf(context));
    });
  },
};
