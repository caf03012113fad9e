import type { Kernel } from '@jupyterlab/services';

/**
 * Finds out how a kernel does once a page is connected to it again. JupyterLab asks for the kernel's description then, but Jupyter tells it not to go by what that does to the
 * kernel's status (`untracked_message_types`), so that an idle one would be called `Unknown` until a cell runs. A look at one line of the kernel's history is
 * what counts, and the cheapest.
 */
export function askForStatus(kernel: Kernel | null): void {
  if (kernel === null || kernel.status !== 'unknown' || kernel.connectionStatus !== 'connected') return;
  // Its answer does not matter, nor that there may be none: the kernel may end before.
  kernel.requestHistory({ hist_access_type: 'tail', n: 1, output: false, raw: true }).catch(() => undefined);
}

/** Connects a kernel at once whose connection is down. JupyterLab tries at ever longer distances, and gives up after two minutes. */
export function reconnect(kernel: Kernel | null): void {
  if (kernel === null || kernel.status === 'dead' || kernel.connectionStatus === 'connected') return;
  kernel.reconnect().catch(() => undefined);
}
