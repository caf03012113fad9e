import type { LabServer, ServerUse } from '@emberlab/contract';
import { boundsOf, nearShare } from '@emberlab/web/bounds';
import { setText } from './set-text.ts';

const what =
  'What this Jupyter server takes now of what it may, with all its kernels and terminals. Spark drivers and executors are no part of it.';
const nearEnd =
  'Its memory is nearly used up. When it runs out, the process that has most of it is ended, as a rule a kernel: please load less data at once, or shut down kernels that are not needed.';

/** What the status bar says of a server's use; null where a limit, or what is taken of it, is not known. */
export type Use = { readonly memory: string | null; readonly cores: string | null; readonly near: boolean };

/** Numbers keep their places after the point, so that the bar does not move with each of them. */
export function spellUse(server: LabServer | null): Use {
  const bounds = boundsOf(server?.limits ?? null);
  const use = server?.state === 'running' ? server.use : null;
  return {
    memory: use === null || bounds.memoryMb === null ? null : spellMemory(use, bounds.memoryMb),
    cores: use === null || bounds.cores === null ? null : spellCores(use, bounds.cores),
    // All cores at work are what they are there for: only the memory's end has to be feared.
    near: use !== null && bounds.memoryMb !== null && use.memoryMb >= nearShare * bounds.memoryMb,
  };
}

const spellMemory = ({ memoryMb }: ServerUse, most: number): string =>
  most % 1024 === 0 ? `${(memoryMb / 1024).toFixed(1)} of ${most / 1024} GB` : `${memoryMb} of ${most} MB`;

const spellCores = ({ cores }: ServerUse, most: number): string =>
  `${cores.toFixed(1)} of ${most} ${most === 1 ? 'core' : 'cores'}`;

export type UseItem = { readonly node: HTMLElement; show(state: LabServer | null): void };

/** Memory and cores in the status bar: `1.2 of 4 GB · 0.8 of 2 cores`. Not there while neither is known. */
export function makeUseItem(): UseItem {
  const node = document.createElement('div');
  node.className = 'jp-StatusBar-TextItem emberlab-Use';
  node.hidden = true;
  const part = (): HTMLElement => node.appendChild(document.createElement('span'));
  const [memoryPart, coresPart] = [part(), part()];
  const put = (element: HTMLElement, text: string | null): void => {
    element.hidden = text === null;
    setText(element, text ?? '');
  };

  return {
    node,
    show(state) {
      const { memory, cores, near } = spellUse(state);
      node.hidden = memory === null && cores === null;
      put(memoryPart, memory);
      put(coresPart, cores);
      node.title = near ? `${what} ${nearEnd}` : what;
      node.classList.toggle('emberlab-mod-near', near);
    },
  };
}
