import { describe, expect, it } from 'vitest';
import { fromZoned, isZone, toZoned } from './zoned-time.ts';

describe('times of a zone', () => {
  it('are what a clock there shows, and lead back to the instant', () => {
    expect(toZoned('2026-01-31T23:30:00.000Z', 'Asia/Kolkata')).toBe('2026-02-01T05:00');
    expect(fromZoned('2026-02-01T05:00', 'Asia/Kolkata')).toBe('2026-01-31T23:30:00.000Z');
    expect(fromZoned('2026-07-01T12:00', 'UTC')).toBe('2026-07-01T12:00:00.000Z');
  });

  it('know summer time: at a change of clocks too', () => {
    expect(fromZoned('2026-01-15T12:00', 'Europe/Berlin')).toBe('2026-01-15T11:00:00.000Z');
    expect(fromZoned('2026-07-15T12:00', 'Europe/Berlin')).toBe('2026-07-15T10:00:00.000Z');
    // Clocks go from 02:00 to 03:00 on 29 March, and from 03:00 back to 02:00 on 25 October.
    expect(fromZoned('2026-03-29T01:59', 'Europe/Berlin')).toBe('2026-03-29T00:59:00.000Z');
    expect(fromZoned('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(fromZoned('2026-03-29T03:00', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
    expect(fromZoned('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
    expect(fromZoned('2026-10-25T03:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z');
  });

  it('of no time are none', () => {
    expect(fromZoned('', 'UTC')).toBeNull();
    expect(fromZoned('2026-13-01T00:00', 'UTC')).toBeNull();
    expect([isZone('Europe/Berlin'), isZone('Europe/Atlantis')]).toEqual([true, false]);
  });
});
