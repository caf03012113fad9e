import { scheduleBody, type Schedule, type ScheduleBody } from '@emberlab/contract';
import { fromZoned, isZone, ownZone, toZoned } from '../../lib/zoned-time.ts';
import { toCron, usualSchedule } from './cron-words.ts';

/** A schedule while it is edited; start and end as clocks of its zone show them, empty for none. */
export type ScheduleDraft = Omit<ScheduleBody, 'start' | 'end'> & { readonly start: string; readonly end: string };

/** What a schedule begins with. */
export const newSchedule = (): ScheduleDraft => ({
  cron: toCron(usualSchedule),
  timezone: ownZone(),
  start: '',
  end: '',
  enabled: true,
  missed: 'one',
  overlap: 'wait',
});

export function toScheduleDraft({ cron, timezone, start, end, enabled, missed, overlap }: Schedule): ScheduleDraft {
  const local = (at: string | null): string => (at === null ? '' : toZoned(at, isZone(timezone) ? timezone : 'UTC'));
  return { cron, timezone, start: local(start), end: local(end), enabled, missed, overlap };
}

export type ReadSchedule = { readonly body: ScheduleBody | null; readonly errors: Readonly<Record<string, string>> };

/** What a draft says, and what is wrong with it as far as the page can tell; the server says the rest. */
export function readSchedule(draft: ScheduleDraft): ReadSchedule {
  const errors: Record<string, string> = {};
  if (!isZone(draft.timezone)) errors['timezone'] = 'Please choose a time zone.';
  const instantOf = (field: 'start' | 'end'): string | null => {
    if (draft[field] === '' || 'timezone' in errors) return null;
    const at = fromZoned(draft[field], draft.timezone);
    if (at === null) errors[field] = 'Please enter a date and a time.';
    return at;
  };
  const [start, end] = [instantOf('start'), instantOf('end')];
  if (start !== null && end !== null && end <= start) errors['end'] = 'The end has to come after the start.';
  const read = scheduleBody.safeParse({ ...draft, start, end });
  for (const { path, message } of read.error?.issues ?? []) errors[path.join('.')] ??= message;
  return { body: read.success && Object.keys(errors).length === 0 ? read.data : null, errors };
}
