import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Token } from '@lumino/coreutils';
import { openOwnServer, type OwnServer } from '../own-server.ts';
import { addStyle } from '../style.ts';

export const IOwnServer = new Token<OwnServer>('@emberlab/lab:IOwnServer', 'The server that this page belongs to.');

/** Keeps up with the server for all that shows something of it. */
export const ownServer: JupyterFrontEndPlugin<OwnServer> = {
  id: '@emberlab/lab:own-server',
  description: 'Keeps up with the Jupyter server on the Emberlab platform.',
  autoStart: true,
  provides: IOwnServer,
  activate: () => {
    addStyle();
    return openOwnServer();
  },
};
