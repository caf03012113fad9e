/** The schedules that people ask for, in their words. */
export const paces = ['hour', 'day', 'weekdays', 'week', 'month'] as const;
export type Pace = (typeof paces)[number];
export const paceLabels: Readonly<Record<Pace, string>> = {
  hour: 'Every hour',
  day: 'Every day',
  weekdays: 'Monday to Friday',
  week: 'Every week',
  month: 'Every month',
};

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** A schedule in plain words: at `minute`, and where the pace has them at `hour`, on `weekday` (0: Sunday) or on `day` of the month. */
export type PlainSchedule = {
  readonly pace: Pace;
  readonly minute: number;
  readonly hour: number;
  readonly weekday: number;
  readonly day: number;
};

export const usualSchedule: PlainSchedule = { pace: 'day', minute: 0, hour: 6, weekday: 1, day: 1 };

/** The cron expression for it. */
export function toCron({ pace, minute, hour, weekday, day }: PlainSchedule): string {
  const rest: Readonly<Record<Pace, string>> = {
    hour: '* * * *',
    day: `${hour} * * *`,
    weekdays: `${hour} * * 1-5`,
    week: `${hour} * * ${weekday}`,
    month: `${hour} ${day} * *`,
  };
  return `${minute} ${rest[pace]}`;
}

const within = (text: string, least: number, most: number): number | null =>
  /^\d{1,2}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null;

/** The plain words for a cron expression; null: there are none. */
export function fromCron(cron: string): PlainSchedule | null {
  const fields = cron.trim().split(/\s+/);
  const [first = '', second = '', third = '', month, fifth = ''] = fields;
  const minute = within(first, 0, 59);
  if (fields.length !== 5 || month !== '*' || minute === null) return null;
  const plain = { ...usualSchedule, minute };
  if (second === '*') return third === '*' && fifth === '*' ? { ...plain, pace: 'hour' } : null;
  const hour = within(second, 0, 23);
  if (hour === null) return null;
  if (third === '*' && fifth === '*') return { ...plain, hour, pace: 'day' };
  if (third === '*' && fifth === '1-5') return { ...plain, hour, pace: 'weekdays' };
  const weekday = within(fifth, 0, 6);
  if (third === '*' && weekday !== null) return { ...plain, hour, weekday, pace: 'week' };
  const day = within(third, 1, 31);
  return day !== null && fifth === '*' ? { ...plain, hour, day, pace: 'month' } : null;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** `06:05`. */
export const clockOf = ({ hour, minute }: PlainSchedule): string => `${two(hour)}:${two(minute)}`;

/** A cron expression in words, where there are some. */
export function describeCron(cron: string): string | null {
  const plain = fromCron(cron);
  if (plain === null) return null;
  const clock = clockOf(plain);
  const months = plain.day > 28 ? 'each month that has one,' : 'each month';
  const words: Readonly<Record<Pace, string>> = {
    hour: `Every hour at minute ${plain.minute}`,
    day: `Every day at ${clock}`,
    weekdays: `Monday to Friday at ${clock}`,
    week: `Every ${weekdays[plain.weekday] ?? 'week'} at ${clock}`,
    month: `On day ${plain.day} of ${months} at ${clock}`,
  };
  return words[plain.pace];
}
