import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Menu, Widget } from '@lumino/widgets';
import { command } from '../names.ts';
import type { OwnServer } from '../own-server.ts';
import { makeTimeItem } from '../time-item.ts';
import { IOwnServer } from './own-server.ts';

/** The time left in the status bar, with `+6 h` beside it and a menu behind it. */
export const timeLeft: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:time-left',
  description: "Shows what is left of the Jupyter server's time in the status bar.",
  autoStart: true,
  requires: [IOwnServer, IStatusBar],
  activate: ({ commands }: JupyterFrontEnd, server: OwnServer, statusBar: IStatusBar) => {
    const menu = new Menu({ commands });
    menu.addItem({ command: command.end });
    menu.addItem({ command: command.extend });
    menu.addItem({ command: command.noLimit });
    menu.addItem({ type: 'separator' });
    menu.addItem({ command: command.project });

    const item = makeTimeItem({
      menu: ({ left, top }) => menu.open(left, top),
      extend: () => void commands.execute(command.extend),
    });
    server.watch(item.show);
    statusBar.registerStatusItem('@emberlab/lab:time-left', {
      item: new Widget({ node: item.node }),
      align: 'right',
      rank: 1000,
    });
  },
};
