import type { LabServer } from '@emberlab/contract';
import { msLeftToWarn } from '@emberlab/web/time-left';

/** The way to notices on the page: `show` answers what `dismiss` takes. */
export type Notices = { show(message: string): string; dismiss(id: string): void };

/**
 * Warns when the end is near, once for each end: who has closed the notice is not bothered again. It goes away when the end has been put off, wherever
 * that was done, and when the server is being stopped.
 */
export function createWarner(notices: Notices): (state: LabServer | null, now: number) => void {
  let shown: { id: string; stopsAt: string } | null = null;
  return (state, now) => {
    const near = state !== null && msLeftToWarn(state, now) !== null ? state.stopsAt : null;
    if (near === (shown?.stopsAt ?? null)) return;
    if (shown !== null) notices.dismiss(shown.id);
    shown = near === null ? null : { id: notices.show(warning(near)), stopsAt: near };
  };
}

const warning = (stopsAt: string): string => {
  const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(new Date(stopsAt));
  return `Jupyter stops at ${time}. Its kernels and their Spark applications end then, and with them the values of their variables.`;
};
