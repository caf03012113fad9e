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

/** A length of time as Livy writes it: digits and a unit, milliseconds without one. Answers milliseconds; throws Livy's 400. */
export function readDuration(text: string): number {
  const match = /^(-?\d+)([a-z]*)$/.exec(text.trim().toLowerCase());
  if (match === null) throw rejected(`Invalid time string: ${text}`);
  const [, digits = '', suffix = ''] = match;
  const unit = unitMs[suffix === '' ? 'ms' : suffix];
  if (unit === undefined) throw rejected(`Invalid suffix: "${suffix}"`);
  if (Number(digits) <= 0) throw rejected(`Invalid value: ${digits}`);
  return Number(digits) * unit;
}
