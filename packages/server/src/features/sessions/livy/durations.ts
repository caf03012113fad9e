import { rejected } from './errors.ts';

const unitMs: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const example = 'Please write a number above 0 and a unit, such as 90s, 5min or 2h.';

/** A length of time as Livy writes it: digits and a unit, milliseconds without one. Answers milliseconds; throws Livy's 400. */
export function readDuration(text: string): number {
  const match = /^(-?\d+)([a-z]*)$/.exec(text.trim().toLowerCase());
  if (match === null) throw rejected(`Invalid time string: ${text.slice(0, 100)}. ${example}`);
  const [, digits = '', suffix = ''] = match;
  const unit = unitMs[suffix === '' ? 'ms' : suffix];
  if (unit === undefined) throw rejected(`Invalid suffix: "${suffix.slice(0, 100)}". ${example}`);
  if (Number(digits) <= 0) throw rejected(`Invalid value: ${digits.slice(0, 100)}. ${example}`);
  return Number(digits) * unit;
}
