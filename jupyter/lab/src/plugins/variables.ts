import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';
import { createKernelVariables } from '../kernel-variables.ts';
import { makeVariablesPanel } from '../variables-panel.ts';

/** Below the property inspector, above the debugger. */
const rank = 150;

/** The variables of the Spark session of the notebook in front, in the right side bar. Nothing is asked for while they are not to be seen. */
export const variables: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:variables',
  description: "Shows the variables of a notebook's Spark session.",
  autoStart: true,
  requires: [INotebookTracker],
  activate: ({ shell }: JupyterFrontEnd, notebooks: INotebookTracker) => {
    const panel = makeVariablesPanel();
    const kernelVariables = createKernelVariables((known) => panel.show(known));
    let isSeen = false;
    const follow = () =>
      kernelVariables.follow(isSeen ? (notebooks.currentWidget?.sessionContext.session?.kernel ?? null) : null);

    class SideBar extends Widget {
      override onAfterShow(): void {
        isSeen = true;
        follow();
      }
      override onAfterHide(): void {
        isSeen = false;
        follow();
      }
    }
    const sideBar = new SideBar({ node: panel.node });
    sideBar.id = 'emberlab-variables';
    sideBar.title.label = 'Variables';
    sideBar.title.caption = 'Variables of the Spark session';
    shell.add(sideBar, 'right', { rank });

    const watched = new WeakSet<object>();
    notebooks.currentChanged.connect(() => {
      const context = notebooks.currentWidget?.sessionContext;
      if (context !== undefined && !watched.has(context)) {
        watched.add(context);
        context.kernelChanged.connect(follow);
        // A kernel that was started anew has another process: what was asked of the former is forgotten there.
        context.statusChanged.connect((_sender, status) => {
          if (status === 'restarting' || status === 'autorestarting') kernelVariables.forget();
          else if (status === 'idle') follow();
        });
      }
      follow();
    });
  },
};
