import type { LibraryChange, LibrarySource, LibraryUse, OperationState } from '@emberlab/contract';
import type { Tone } from '../../ui/state-badge.tsx';

export const sourceLabels: Readonly<Record<LibrarySource, string>> = {
  base: 'Base set',
  index: 'Index',
  wheel: 'Wheel',
  source: 'Source archive',
  git: 'Git',
  platform: 'Emberlab',
  hand: 'By hand',
};

export const useLabels: Readonly<Record<LibraryUse, string>> = { jupyter: 'Jupyter', spark: 'Spark' };

export const operationStates: Readonly<Record<OperationState, { label: string; tone: Tone }>> = {
  queued: { label: 'Waiting', tone: 'wait' },
  running: { label: 'Being made', tone: 'busy' },
  succeeded: { label: 'Done', tone: 'ok' },
  failed: { label: 'Failed', tone: 'bad' },
  cancelled: { label: 'Cancelled', tone: 'off' },
};

const changeKinds = [
  'added',
  'removed',
  'up',
  'down',
  'replaced',
] as const satisfies readonly LibraryChange['change'][];

/** `2 added, 1 up`. */
export function spellChanges(changes: readonly LibraryChange[]): string {
  const parts = changeKinds.flatMap((kind) => {
    const count = changes.filter(({ change }) => change === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  return parts.length === 0 ? 'nothing changed' : parts.join(', ');
}

/** `a, b, c and 4 more`. */
export function listNames(names: readonly string[], most = 3): string {
  return names.length > most + 1
    ? `${names.slice(0, most).join(', ')} and ${names.length - most} more`
    : names.join(', ');
}
