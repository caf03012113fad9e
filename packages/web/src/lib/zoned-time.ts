const parts = (zone: string) =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });

/** An instant as a clock in the zone shows it, in the form of a field of type `datetime-local`: `2026-01-31T09:30`. */
export function toZoned(at: string, zone: string): string {
  const found = Object.fromEntries(
    parts(zone)
      .formatToParts(Date.parse(at))
      .map(({ type, value }) => [type, value]),
  );
  return `${found['year']}-${found['month']}-${found['day']}T${found['hour']}:${found['minute']}`;
}

/**
 * The instant at which a clock in the zone shows that; null: it is no time. Of a time that comes twice, the first; for one that a clock leaps over, the time
 * as long after the leap.
 */
export function fromZoned(local: string, zone: string): string | null {
  const wanted = Date.parse(`${local}Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(local) || Number.isNaN(wanted)) return null;
  const offsetAt = (at: number): number => Date.parse(`${toZoned(new Date(at).toISOString(), zone)}Z`) - at;
  // What the zone has had a day before and will have a day after: a change of its clocks lies in between, if at all.
  const before = offsetAt(wanted - 86_400_000);
  const after = offsetAt(wanted + 86_400_000);
  const [first, second] = [wanted - before, wanted - after];
  const fits = (at: number): boolean => toZoned(new Date(at).toISOString(), zone) === local;
  return new Date(fits(first) || !fits(second) ? first : second).toISOString();
}

/** An instant for people, with the day of the week, as clocks of the zone show it. */
export function formatInZone(at: string, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(Date.parse(at));
}

/** The reader's own zone. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** All zones that this browser knows, and UTC. */
export function allZones(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
}

/** Whether this browser knows a zone. */
export function isZone(zone: string): boolean {
  try {
    parts(zone);
    return true;
  } catch {
    return false;
  }
}
