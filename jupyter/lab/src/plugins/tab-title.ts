import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { OwnServer } from '../own-server.ts';
import { keepTitlePrefix, titlePrefix } from '../title-prefix.ts';
import { IOwnServer } from './own-server.ts';

/** The time left in the tab's title when the end is near. */
export const tabTitle: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:tab-title',
  description: "Counts down in the tab's title before the Jupyter server's time is over.",
  autoStart: true,
  requires: [IOwnServer],
  activate: (_app: JupyterFrontEnd, server: OwnServer) => {
    const setPrefix = keepTitlePrefix(document);
    server.watch((state, now) => setPrefix(titlePrefix(state, now)));
  },
};
