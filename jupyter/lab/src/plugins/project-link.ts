import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Widget } from '@lumino/widgets';
import type { OwnServer } from '../own-server.ts';
import { IOwnServer } from './own-server.ts';

/** After the menus. */
const rank = 1000;

/** A link to the project's Jupyter page, at the right end of the top bar. */
export const projectLink: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:project-link',
  description: "Links to the project's page on the dashboard.",
  autoStart: true,
  requires: [IOwnServer],
  activate: ({ shell }: JupyterFrontEnd, server: OwnServer) => {
    const widget = new Widget();
    widget.id = 'emberlab-project-link';
    widget.node.className += ' emberlab-ProjectLink';
    const link = document.createElement('a');
    // In a tab of its own: what is open here stays.
    link.target = '_blank';
    link.rel = 'noopener';
    link.hidden = true;
    widget.node.append(link);
    server.watch((state) => {
      if (state === null || link.href === state.project.page) return;
      link.href = state.project.page;
      link.textContent = `Back to ${state.project.name}`;
      link.hidden = false;
    });
    shell.add(widget, 'top', { rank });
  },
};
