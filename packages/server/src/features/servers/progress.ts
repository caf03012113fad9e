import type { StartProgress } from '../../spawners/spawner.ts';
import { beginStep, type StepTimes } from './state.ts';

/** The steps of a start with what its spawner says of it now; null: that is in them already. */
export function stepsWith(
  steps: readonly StepTimes[],
  { step, note }: Pick<StartProgress, 'step' | 'note'>,
  now: number,
): StepTimes[] | null {
  const open = steps.at(-1);
  if (open?.step === step && (open.note ?? null) === note) return null;
  const begun = beginStep(steps, step, now);
  return begun.map((one, index) => (index === begun.length - 1 ? { ...one, note } : one));
}

/** What an unfinished start waits for; null: nobody said so. */
export const waitsFor = (steps: readonly StepTimes[]): string | null => steps.at(-1)?.note ?? null;
