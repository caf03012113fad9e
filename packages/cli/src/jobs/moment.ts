import { z } from 'zod';
import { UsageError } from '../usage.ts';

const day = z.iso.date();
const time = z.iso.datetime({ offset: true });
const dayMs = 86_400_000;

/**
 * A time that somebody writes, as the contract has it. A day counts from its first moment in UTC where it is a start, and to its last where it is an end; `none` is
 * no time.
 */
export function moment(text: string, what: 'start' | 'end'): string | null {
  if (text === 'none') return null;
  if (day.safeParse(text).success) {
    const first = Date.parse(`${text}T00:00:00.000Z`);
    return new Date(what === 'start' ? first : first + dayMs - 1).toISOString();
  }
  if (time.safeParse(text).success) return new Date(text).toISOString();
  throw new UsageError(`"${text}" is no time. Please write 2026-01-31 or 2026-01-31T09:30:00Z.`);
}

/** The same where there has to be one. */
export function mustBeMoment(text: string, what: 'start' | 'end'): string {
  const found = moment(text, what);
  if (found === null) throw new UsageError('Please give a time.');
  return found;
}
