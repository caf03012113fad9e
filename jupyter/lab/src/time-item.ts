import type { LabServer } from '@emberlab/contract';
import { msLeft, msLeftToWarn, spellLeft } from '@emberlab/web/time-left';
import { setText } from './set-text.ts';

/** What the status bar says of the time. */
export function spellTime(state: LabServer, now: number): string {
  const left = msLeft(state, now);
  if (left !== null) return `${spellLeft(left)} left`;
  if (state.state === 'running') return 'No time limit';
  return state.state === 'stopping' ? 'Jupyter is stopping' : 'Jupyter has stopped';
}

/** When the time is over, as a sentence; empty where there is no such moment. */
export function spellEnd({ state, stopsAt }: LabServer): string {
  if (state !== 'running' || stopsAt === null) return '';
  const end = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(stopsAt));
  return `Jupyter stops on ${end}`;
}

export type TimeItem = { readonly node: HTMLElement; show(state: LabServer | null, now: number): void };

/** The two buttons of the status bar: the time left, which opens a menu beside itself, and `+6 h`. */
export function makeTimeItem(on: { menu: (beside: DOMRect) => void; extend: () => void }): TimeItem {
  const node = document.createElement('div');
  node.className = 'emberlab-TimeLeft';
  node.hidden = true;
  const button = (run: () => void): HTMLButtonElement => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'jp-StatusBar-TextItem jp-mod-highlighted';
    made.addEventListener('click', run);
    node.append(made);
    return made;
  };
  const time = button(() => on.menu(time.getBoundingClientRect()));
  time.setAttribute('aria-haspopup', 'menu');
  const more = button(on.extend);

  return {
    node,
    show(state, now) {
      node.hidden = state === null;
      if (state === null) return;
      const { hours } = state.time;
      setText(time, spellTime(state, now));
      time.title = spellEnd(state);
      setText(more, `+${hours} h`);
      more.setAttribute('aria-label', `Run for ${hours} more hours`);
      more.hidden = msLeft(state, now) === null;
      node.classList.toggle('emberlab-mod-near', msLeftToWarn(state, now) !== null);
    },
  };
}
