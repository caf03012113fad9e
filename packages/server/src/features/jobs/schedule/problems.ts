import type { ScheduleBody } from '@emberlab/contract';
import { nextOf } from './plan.ts';
import { parseCron, timesOf, type Times } from './times.ts';

type Problem = { readonly path: 'cron' | 'timezone' | 'start' | 'end'; readonly message: string };

/** The fields of a cron expression, in their order, with what each takes. */
const fields = [
  { name: 'minute', takes: '0 to 59' },
  { name: 'hour', takes: '0 to 23' },
  { name: 'day of the month', takes: '1 to 31, or L for the last' },
  { name: 'month', takes: '1 to 12, or JAN to DEC' },
  { name: 'day of the week', takes: '0 to 7 (0 and 7 are Sunday), or SUN to SAT' },
] as const;

const partsOf = (cron: string): string[] => cron.trim().split(/\s+/);

function takes(cron: string): boolean {
  try {
    parseCron(cron);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with a cron expression; null: nothing. */
function cronProblem(cron: string): string | null {
  const parts = partsOf(cron);
  if (parts.length !== fields.length || cron.trim().startsWith('@')) {
    return `A cron expression has five fields: minute, hour, day of the month, month and day of the week, such as 30 2 * * 1-5. This one has ${parts.length}.`;
  }
  const wrong = fields.findIndex(
    (_field, i) => !takes(fields.map((_other, j) => (j === i ? parts[i] : '*')).join(' ')),
  );
  const [field, part] = [fields[wrong], parts[wrong]];
  if (field !== undefined) {
    return `The ${field.name} of the cron expression can't be ${part}: it takes ${field.takes}, and lists (1,15), ranges (1-5), * and steps (*/10) of these.`;
  }
  if (!takes(cron)) return "This cron expression can't be read.";
  if (timesOf(cron, 'UTC').next(0) === null) {
    return `No month of this schedule (${parts[3]}) has such a day (${parts[2]}): it would never run.`;
  }
  return null;
}

/** Whether a text names a zone of the IANA database; offsets, such as +02:00, know no summer time and are none. */
function isZone(timezone: string): boolean {
  if (!/^[A-Za-z]/.test(timezone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).format(0) !== '';
  } catch {
    return false;
  }
}

const zoneProblem = (timezone: string): string | null =>
  isZone(timezone) ? null : `There is no time zone ${timezone}. Please use a name such as Europe/Berlin or UTC.`;

/** What is wrong with an expression and its zone, for people; empty: nothing. */
export function timesProblems({ cron, timezone }: Pick<ScheduleBody, 'cron' | 'timezone'>): Problem[] {
  const found = [
    ['cron', cronProblem(cron)],
    ['timezone', zoneProblem(timezone)],
  ] as const;
  return found.flatMap(([path, message]) => (message === null ? [] : [{ path, message }]));
}

/** What is wrong with a schedule, for people; empty: nothing. One that is switched off may be over. */
export function scheduleProblems(
  body: Pick<ScheduleBody, 'cron' | 'timezone' | 'start' | 'end' | 'enabled'>,
  now: number,
): Problem[] {
  const problems = timesProblems(body);
  if (problems.length > 0) return problems;
  const start = body.start === null ? null : Date.parse(body.start);
  const end = body.end === null ? null : Date.parse(body.end);
  if (start !== null && end !== null && end < start) {
    return [{ path: 'end', message: 'The end is before the start. Please choose a later end.' }];
  }
  if (!body.enabled) return [];
  return neverAgain({ times: timesOf(body.cron, body.timezone), start, end }, now);
}

function neverAgain(plan: { times: Times; start: number | null; end: number | null }, now: number): Problem[] {
  if (nextOf(plan, now) !== null) return [];
  if (plan.end === null) return [{ path: 'cron', message: 'This schedule has no time that is still to come.' }];
  const message =
    plan.end <= now
      ? 'The end is in the past: this schedule would never run. Please choose a later end, or none.'
      : 'There is no time of this schedule before its end: it would never run. Please choose a later end, or none.';
  return [{ path: 'end', message }];
}
