import type { Comm, Kernel as AnyKernel } from '@jupyterlab/services';
import { readVariables, type Known } from './variables-panel.ts';

/** What is asked of a kernel here. */
type Kernel = Pick<AnyKernel, 'name' | 'createComm'>;

const target = 'emberlab.variables';
/** Others have no target of that name, and say so in the server's log. */
export const isSpark = ({ name }: Kernel): boolean => /^spark(?:r)?kernel$|^pysparkkernel$/.test(name);

/** Asks one kernel at a time for its session's variables; it tells them then, and after each of its cells. */
export function createKernelVariables(show: (known: Known) => void) {
  let followed: Kernel | null = null;
  let comm: Comm | null = null;
  /** what a kernel has said last: one that is busy can't say it again before it has ended its cell */
  let last: { readonly kernel: Kernel; readonly known: Known } | null = null;

  return {
    /** Forgets what was said: the kernel has another process now. */
    forget(): void {
      last = null;
      this.follow(null);
    },

    follow(kernel: Kernel | null): void {
      if (kernel === followed) return;
      comm?.dispose();
      followed = kernel;
      comm = null;
      if (kernel === null || !isSpark(kernel)) return show('none');
      show(last?.kernel === kernel ? last.known : 'asking');
      const opened = kernel.createComm(target);
      comm = opened;
      opened.onMsg = ({ content }) => {
        const known = readVariables(content.data);
        if (known !== 'unknown') last = { kernel, known };
        show(known);
      };
      opened.onClose = () => {
        if (comm === opened) show('unknown');
      };
      opened.open();
    },
  };
}
