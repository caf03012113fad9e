import type { Running, RunningKind, RunningPhase } from '@emberlab/contract';
import { showHidden } from '../../lib/show-hidden.ts';
import { countOf } from '../../lib/units.ts';
import type { Tone } from '../../ui/state-badge.tsx';

export const groups = ['jupyter', 'spark', 'builds'] as const;
export type Group = (typeof groups)[number];

/** How a kind is called, where it belongs, and what is lost when one is stopped. */
export const runningKindLooks: Readonly<
  Record<RunningKind, { noun: string; label: string; group: Group; loss: string }>
> = {
  server: {
    noun: 'Jupyter server',
    label: 'Jupyter server',
    group: 'jupyter',
    loss: 'All its kernels and their Spark applications end, and with them the values of their variables. What is not saved in JupyterLab is lost.',
  },
  session: {
    noun: 'Spark session',
    label: 'Spark session',
    group: 'spark',
    loss: 'It loses the values of its variables and whatever it is computing. The notebook itself stays.',
  },
  batch: {
    noun: 'batch',
    label: 'Batch',
    group: 'spark',
    loss: 'Its program ends where it is; what it has written stays.',
  },
  ahead: {
    noun: 'driver started ahead',
    label: 'Driver started ahead',
    group: 'spark',
    loss: 'The next notebook with Spark of its owner starts a driver of its own, which takes longer.',
  },
  history: {
    noun: 'finished Spark UI',
    label: 'Finished Spark UI',
    group: 'spark',
    loss: 'Whoever looks at it can open it again; they are not told why it went.',
  },
  run: {
    noun: 'run',
    label: 'Run of a job',
    group: 'spark',
    loss: 'Its program ends where it is; what it has written stays. It is not tried again.',
  },
  build: {
    noun: 'environment build',
    label: 'Environment build',
    group: 'builds',
    loss: 'The project goes on with the Python environment that it has, and can build again.',
  },
};

const tones: Readonly<Record<RunningPhase, Tone>> = {
  waiting: 'wait',
  starting: 'wait',
  running: 'ok',
  stopping: 'wait',
};
const words: Readonly<Record<string, string>> = {
  queued: 'Waiting',
  idle: 'Idle',
  busy: 'Busy',
  running: 'Running',
  starting: 'Starting',
  not_started: 'Starting',
  recovering: 'Reconnecting',
  stopping: 'Stopping',
  shutting_down: 'Stopping',
  open: 'Open',
};

/** A state for people. */
export function runningStateOf({ phase, state }: Running): { label: string; tone: Tone } {
  return { label: words[state] ?? showHidden(state), tone: state === 'busy' ? 'busy' : tones[phase] };
}

/** `2 Jupyter servers, 1 batch`. */
export function spellRunning(items: readonly Running[]): string {
  return (Object.keys(runningKindLooks) as RunningKind[])
    .map((kind) => ({ kind, count: items.filter((one) => one.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => spellCount(count, runningKindLooks[kind].noun))
    .join(', ');
}

const spellCount = (count: number, noun: string): string =>
  count === 1
    ? `1 ${noun}`
    : noun === 'batch'
      ? `${count} batches`
      : noun.startsWith('driver')
        ? `${count} drivers started ahead`
        : countOf(count, noun);

/** What they take together. */
export const sumUse = (items: readonly Running[]): { memoryMb: number; cores: number } => ({
  memoryMb: items.reduce((sum, { use }) => sum + (use?.memoryMb ?? 0), 0),
  cores: Math.round(items.reduce((sum, { use }) => sum + (use?.cores ?? 0), 0) * 10) / 10,
});
