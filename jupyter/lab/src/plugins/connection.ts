import { IConnectionLost, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { makeConnectionNotice } from '../connection-notice.ts';
import type { OwnServer } from '../own-server.ts';
import { IOwnServer } from './own-server.ts';

/** Stands in for what JupyterLab says when its server does not answer. The extension's package.json switches that one off. */
export const connection: JupyterFrontEndPlugin<IConnectionLost> = {
  id: '@emberlab/lab:connection',
  description: 'Says that Emberlab does not answer, for as long as it does not.',
  autoStart: true,
  requires: [IOwnServer],
  provides: IConnectionLost,
  activate: (_app: JupyterFrontEnd, server: OwnServer) => {
    const notice = makeConnectionNotice();
    document.body.append(notice.node);
    server.onHeard(notice.heard);
    return () => {
      // One that was stopped does not answer either, and that is said elsewhere.
      const state = server.state?.state;
      if (state !== 'stopping' && state !== 'stopped') notice.lost();
      return Promise.resolve();
    };
  },
};
