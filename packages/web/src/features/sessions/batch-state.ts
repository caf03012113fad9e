import type { Batch } from '@emberlab/contract';
import { showHidden } from '../../lib/show-hidden.ts';
import type { Tone } from '../../ui/state-badge.tsx';

const states: Readonly<Record<string, { label: string; tone: Tone }>> = {
  starting: { label: 'Starting', tone: 'wait' },
  running: { label: 'Running', tone: 'busy' },
  shutting_down: { label: 'Stopping', tone: 'wait' },
  success: { label: 'Finished', tone: 'off' },
  killed: { label: 'Stopped', tone: 'off' },
  dead: { label: 'Failed', tone: 'bad' },
  error: { label: 'Failed', tone: 'bad' },
};

/** A batch's state for people. A Livy of a later version may have others. */
export const batchStateOf = (batch: Batch): { label: string; tone: Tone } =>
  states[batch.state] ?? { label: batch.state, tone: 'wait' };

/** The last part of its program's path or address. */
export const fileName = (batch: Batch): string => batch.file.split('/').at(-1) ?? batch.file;

/** What people call it: the name it was given, else its program; both are chosen by users and may hide things. */
export const batchTitle = (batch: Batch): string => showHidden(batch.name ?? fileName(batch));
