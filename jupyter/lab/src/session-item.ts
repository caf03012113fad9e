import type { LabSession } from '@emberlab/contract';
import { setText } from './set-text.ts';

/** What is known of the notebook in front: `other`: no notebook, or one whose kernel uses no Spark. Null: it has no session now. */
export type InFront = LabSession | 'other' | null;

const noSession = 'The first cell that a kernel runs starts a Spark application for this notebook.';

/** What the status bar says of a notebook's Spark session: its state, how far its jobs are, and its executors. */
export function spellSession(session: LabSession | null): string {
  if (session === null) return 'Spark not started';
  const executors = session.executors === null ? '' : ` · ${count(session.executors, 'executor')}`;
  return `Spark ${stateOf(session)}${executors}`;
}

function stateOf({ state, stopped, activeJob }: LabSession): string {
  if (stopped) return 'is stopping';
  if (state === 'starting' || state === 'not_started') return 'is starting';
  if (state === 'recovering') return 'is out of reach';
  if (state !== 'busy' && state !== 'running') return state.replace('_', ' ');
  if (activeJob === null || activeJob.totalTasks === 0) return 'busy';
  return `${Math.floor((100 * activeJob.completedTasks) / activeJob.totalTasks)} %`;
}

/** The same in a sentence or two, for the tooltip. */
export function explainSession(session: LabSession | null): string {
  if (session === null) return noSession;
  const { activeJob } = session;
  const job =
    activeJob === null
      ? ''
      : ` ${activeJob.completedTasks} of ${count(activeJob.totalTasks, 'task')}: ${activeJob.description}.`;
  return `The Spark application ${session.id} of this notebook.${job} Press for its Spark UI, its log, and to restart or stop it.`;
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;

export type SessionItem = { readonly node: HTMLElement; show(inFront: InFront): void };

/** The button of the status bar; it opens a menu beside itself, and is not there for what uses no Spark. */
export function makeSessionItem(on: { menu: (beside: DOMRect) => void }): SessionItem {
  const node = document.createElement('div');
  node.className = 'emberlab-Session';
  node.hidden = true;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'jp-StatusBar-TextItem jp-mod-highlighted';
  button.setAttribute('aria-haspopup', 'menu');
  button.addEventListener('click', () => on.menu(button.getBoundingClientRect()));
  node.append(button);

  return {
    node,
    show(inFront) {
      node.hidden = inFront === 'other';
      if (inFront === 'other') return;
      setText(button, spellSession(inFront));
      button.title = explainSession(inFront);
    },
  };
}
