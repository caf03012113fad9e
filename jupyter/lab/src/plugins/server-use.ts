import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Widget } from '@lumino/widgets';
import type { OwnServer } from '../own-server.ts';
import { makeUseItem } from '../use-item.ts';
import { IOwnServer } from './own-server.ts';

/** The memory and the cores that the server takes, in the status bar beside its time. */
export const serverUse: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:server-use',
  description: 'Shows in the status bar what the Jupyter server takes of its memory and cores.',
  autoStart: true,
  requires: [IOwnServer, IStatusBar],
  activate: (_app: JupyterFrontEnd, server: OwnServer, statusBar: IStatusBar) => {
    const item = makeUseItem();
    server.watch(item.show);
    statusBar.registerStatusItem('@emberlab/lab:server-use', {
      item: new Widget({ node: item.node }),
      align: 'right',
      rank: 999,
    });
  },
};
