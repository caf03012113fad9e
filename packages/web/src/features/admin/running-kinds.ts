import type { Running, RunningKind, RunningPhase, RunningSum } from '@emberlab/contract';
import { showHidden } from '../../lib/show-hidden.ts';
import { countOf } from '../../lib/units.ts';
import type { Tone } from '../../ui/state-badge.tsx';

/** How a kind is called, and what is lost when one is stopped. */
export const runningKindLooks: Readonly<Record<RunningKind, { noun: string; label: string; loss: string }>> = {
  server: {
    noun: 'Jupyter server',
    label: 'Jupyter server',
    loss: 'All its kernels and their Spark applications end, and with them the values of their variables. What is not saved in JupyterLab is lost.',
  },
  session: {
    noun: 'Spark session',
    label: 'Spark session',
    loss: 'It loses the values of its variables and whatever it is computing. The notebook itself stays.',
  },
  batch: {
    noun: 'batch',
    label: 'Batch',
    loss: 'Its program ends where it is; what it has written stays.',
  },
  ahead: {
    noun: 'driver started ahead',
    label: 'Driver started ahead',
    loss: 'The next notebook with Spark of its owner starts a driver of its own, which takes longer.',
  },
  history: {
    noun: 'finished Spark UI',
    label: 'Finished Spark UI',
    loss: 'Whoever looks at it can open it again; they are not told why it went.',
  },
  run: {
    noun: 'run',
    label: 'Run of a job',
    loss: 'Its program ends where it is; what it has written stays. It is not tried again.',
  },
  build: {
    noun: 'environment build',
    label: 'Environment build',
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
export function spellRunning({ kinds }: Pick<RunningSum, 'kinds'>): string {
  return (Object.keys(runningKindLooks) as RunningKind[])
    .flatMap((kind) => {
      const count = kinds[kind] ?? 0;
      return count === 0 ? [] : [spellCount(count, runningKindLooks[kind].noun)];
    })
    .join(', ');
}

/** How many that are. */
export const countRunning = ({ kinds }: Pick<RunningSum, 'kinds'>): number =>
  Object.values(kinds).reduce((sum, count) => sum + count, 0);

const spellCount = (count: number, noun: string): string =>
  count === 1
    ? `1 ${noun}`
    : noun === 'batch'
      ? `${count} batches`
      : noun.startsWith('driver')
        ? `${count} drivers started ahead`
        : countOf(count, noun);
