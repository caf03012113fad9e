import type { RulesForJob } from './rule-store.ts';
import type { AlertDelivery, AlertEvent, AlertRule, ExecutionState } from '@emberlab/contract';

const minute = 60_000;

/** How long is waited after each attempt that failed; after the last there is none. All together: about eight hours. */
const waits = [0.5 * minute, 2 * minute, 10 * minute, 30 * minute, 60 * minute, 120 * minute, 240 * minute];
/** Somebody waits for a test, and sees at once what came of it. */
const attemptsOf = (event: AlertDelivery['event']): number => (event === 'test' ? 1 : waits.length + 1);
/** Nobody makes us wait for longer than this. */
const mostWaitMs = 240 * minute;
/** By so much of itself a wait gets longer: what failed together is not tried again together. */
const mostJitter = 0.2;

/**
 * How long to wait after an attempt, ms; null: it was the last. `attempts`: how many there were. `wanted`: for how long the receiver wants to be left alone.
 * `random`: from 0 to 1.
 */
export function waitAfter(
  { event, attempts }: { event: AlertDelivery['event']; attempts: number },
  wanted: number | null,
  random: number,
): number | null {
  const wait = waits[attempts - 1];
  if (attempts >= attemptsOf(event) || wait === undefined) return null;
  return Math.max(wait * (1 + mostJitter * random), Math.min(wanted ?? 0, mostWaitMs));
}

/** The rule that holds for an event of a job: its own, else the project's. */
export const ruleFor = (event: AlertEvent, rules: RulesForJob): AlertRule | null =>
  rules.own.find((rule) => rule.event === event) ?? rules.project.find((rule) => rule.event === event) ?? null;

/** What the end of a run is called here; null: it has not ended. */
export function eventOf(state: ExecutionState): AlertEvent | null {
  if (state === 'lost') return 'failed';
  return state === 'failed' || state === 'succeeded' || state === 'stopped' ? state : null;
}

/** Whether a run that began at `since` counts as slow by a rule. */
export const isSlow = (rule: AlertRule, since: number, now: number): boolean =>
  rule.afterMinutes !== null && now - since >= rule.afterMinutes * minute;
