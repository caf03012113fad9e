import { it } from 'vitest';
import type { DeviationId } from './deviations.ts';
import { isBefore, type Ability, type Target } from './target.ts';

/** One case of the contract. It runs on something that others have used before, and leaves it as usable as it was. */
export type Case<On> = {
  readonly name: string;
  /** without one of these a target can't be tried */
  readonly needs?: readonly Ability[];
  /** Livy differs so that trying it on one shows nothing, or breaks what others use */
  readonly deviation?: DeviationId | readonly DeviationId[];
  /** the version of Livy since which it is so */
  readonly since?: string;
  run(on: On): Promise<void>;
};

/** Why a case is not tried on a target; null: it is. */
function reasonToSkip(target: Target, { needs, deviation, since }: Case<never>): string | null {
  const missing = (needs ?? []).filter((ability) => !target.abilities.has(ability));
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  if (target.is !== 'livy') return null;
  if (deviation !== undefined) return `differs on purpose: ${[deviation].flat().join(', ')}`;
  return since !== undefined && isBefore(target, since) ? `Livy since ${since}` : null;
}

/** Tries the cases on a target, one after the other, also where suites beside it run at the same time. */
export function tryCases<On>(target: Target, cases: readonly Case<On>[], on: () => On): void {
  for (const one of cases) {
    const reason = reasonToSkip(target, one);
    const name = reason === null ? one.name : `${one.name} (${reason})`;
    it.skipIf(reason !== null)(name, { concurrent: false }, () => one.run(on()));
  }
}
