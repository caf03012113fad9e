import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { category, command } from '../names.ts';
import type { OwnServer } from '../own-server.ts';
import { spellEnd } from '../time-item.ts';
import { IOwnServer } from './own-server.ts';

const shownMs = 10_000;

/** What can be done with the server's time, and the way to the project. Other plugins run these by their names. */
export const commands: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:commands',
  description: "Commands for the Jupyter server's time.",
  autoStart: true,
  requires: [IOwnServer],
  optional: [ICommandPalette],
  activate: ({ commands: registry }: JupyterFrontEnd, server: OwnServer, palette: ICommandPalette | null) => {
    const isRunning = () => server.state?.state === 'running';
    const isLimited = () => server.state?.stopsAt !== null;
    const hours = () => server.state?.time.hours ?? 0;
    const extend = (by: number | null) =>
      server.extend(by).catch((error: Error) => {
        Notification.error(`No time was added. ${error.message}`, { autoClose: shownMs });
      });

    // No command to run: a line of the menu that says it.
    registry.addCommand(command.end, {
      label: () => (server.state === null ? '' : spellEnd(server.state)),
      isEnabled: () => false,
      isVisible: () => isRunning() && isLimited(),
      execute: () => undefined,
    });
    registry.addCommand(command.extend, {
      label: () => (isLimited() ? `+${hours()} h` : `Limit to ${hours()} h`),
      caption: () => (isLimited() ? `Run for ${hours()} more hours` : `Stop after ${hours()} hours`),
      isEnabled: isRunning,
      execute: () => extend(hours()),
    });
    registry.addCommand(command.noLimit, {
      label: 'No limit',
      caption: 'Let Jupyter run until it is stopped',
      isEnabled: isRunning,
      isVisible: () => isLimited() && server.state?.time.mayBeUnlimited === true,
      execute: () => extend(null),
    });
    registry.addCommand(command.project, {
      label: () => `Jupyter page of ${server.state?.project.name ?? 'the project'}`,
      isEnabled: () => server.state !== null,
      execute: () => void window.open(server.state?.project.page, '_blank', 'noopener'),
    });
    const all = [command.extend, command.noLimit, command.project];
    for (const one of all) palette?.addItem({ command: one, category });

    // Menus that are open, and the palette, ask again what they say.
    let before = server.state;
    server.watch((state) => {
      if (state === before) return;
      before = state;
      for (const one of [command.end, ...all]) registry.notifyCommandChanged(one);
    });
  },
};
