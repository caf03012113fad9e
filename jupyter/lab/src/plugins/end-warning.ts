import { Notification } from '@jupyterlab/apputils';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { command } from '../names.ts';
import type { OwnServer } from '../own-server.ts';
import { createWarner } from '../warner.ts';
import { IOwnServer } from './own-server.ts';

/** A notice ten minutes before the end, with `+6 h` in it. */
export const endWarning: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:end-warning',
  description: "Warns before the Jupyter server's time is over.",
  autoStart: true,
  requires: [IOwnServer],
  activate: ({ commands, restored }: JupyterFrontEnd, server: OwnServer) => {
    const warn = createWarner({
      dismiss: (id) => Notification.dismiss(id),
      show: (message) => {
        const hours = server.state?.time.hours ?? 0;
        const action = {
          label: `+${hours} h`,
          caption: `Run for ${hours} more hours`,
          displayType: 'accent' as const,
          callback: () => void commands.execute(command.extend),
        };
        return Notification.warning(message, { autoClose: false, actions: [action] });
      },
    });
    // What is said before would be seen in the list of notices alone.
    void restored.then(() => server.watch(warn));
  },
};
