const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A duration for people, with two units at most: `4 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`. */
export function formatDuration(ms: number, units: 1 | 2 = 2): string {
  const span = Math.max(0, ms);
  const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string => {
    const whole = `${Math.floor(span / large)} ${largeUnit}`;
    const rest = Math.floor((span % large) / small);
    return units === 1 || rest === 0 ? whole : `${whole} ${rest} ${smallUnit}`;
  };
  if (span < minute) return `${Math.floor(span / second)} s`;
  if (span < hour) return pair(minute, 'min', second, 's');
  if (span < day) return pair(hour, 'h', minute, 'min');
  return pair(day, 'd', hour, 'h');
}

/** How long ago something was, or how far ahead it is, with one unit: `just now`, `5 min ago`, `in 3 h`, `yesterday`. */
export function formatRelative(at: number, now: number): string {
  const past = at <= now;
  const span = Math.abs(now - at);
  // The server's clock may be a little ahead of ours, and `now` a few seconds old.
  if (span < 45 * second) return at <= now + 20 * second ? 'just now' : 'in a moment';
  const text =
    span < hour
      ? `${Math.max(1, Math.round(span / minute))} min`
      : span < day
        ? `${Math.round(span / hour)} h`
        : `${Math.round(span / day)} d`;
  return past ? `${text} ago` : `in ${text}`;
}

/** The exact time in the reader's own zone, for hovering. */
export function formatExact(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' }).format(at);
}

/** The time of day in the reader's own zone: `09:30:05`. */
export function formatClock(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(at);
}
