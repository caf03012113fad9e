import type { Comm, Kernel } from '@jupyterlab/services';
import { readVariables, type Known } from './variables-panel.ts';

const target = 'emberlab.variables';
/** Others have no target of that name, and say so in the server's log. */
const isSpark = ({ name }: Kernel): boolean => /^spark(?:r)?kernel$|^pysparkkernel$/.test(name);

/** Asks one kernel at a time for its session's variables; it tells them then, and after each of its cells. */
export function createKernelVariables(show: (known: Known) => void) {
  let followed: Kernel | null = null;
  let comm: Comm | null = null;

  return {
    follow(kernel: Kernel | null): void {
      if (kernel === followed) return;
      comm?.dispose();
      followed = kernel;
      comm = null;
      if (kernel === null || !isSpark(kernel)) return show('none');
      show('asking');
      const opened = kernel.createComm(target);
      comm = opened;
      opened.onMsg = ({ content }) => show(readVariables(content.data));
      opened.onClose = () => {
        if (comm === opened) show('unknown');
      };
      opened.open();
    },
  };
}
