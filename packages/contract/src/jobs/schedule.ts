import { z } from 'zod';
import { instant } from '../schemas/primitives.ts';

/** What to do with runs that were missed while the platform, or the project, was away: leave them out, one run for all of them, or each. */
export const scheduleMissed = z.enum(['skip', 'one', 'all']);
export type ScheduleMissed = z.infer<typeof scheduleMissed>;

/** So many missed runs are made up for at most, the last ones, and so many wait: what was away for long would be busy with the past for long, too. */
export const mostCaughtUp = 500;

/** What a run does that is due while one of the same schedule has not ended: it waits, it is left out, or the old one is stopped for it. */
export const scheduleOverlap = z.enum(['wait', 'skip', 'stop']);
export type ScheduleOverlap = z.infer<typeof scheduleOverlap>;

/** How people name their times: what is wrong with them, the server says. */
export const cronText = z
  .string()
  .trim()
  .min(1, 'Please enter a cron expression, such as 30 2 * * 1-5.')
  .max(200, 'Please use at most 200 characters.')
  .meta({ description: 'five fields: minute, hour, day of the month, month, day of the week' });
export const zoneText = z
  .string()
  .trim()
  .min(1, 'Please choose a time zone.')
  .max(100, 'Please use at most 100 characters.')
  .meta({ description: 'a name of the IANA database, such as Europe/Berlin' });

export const scheduleBody = z.object({
  cron: cronText,
  timezone: zoneText.default('UTC'),
  start: instant.nullable().default(null).meta({ description: 'no run before it; null: from now on' }),
  end: instant.nullable().default(null).meta({ description: 'no run after it; null: for ever' }),
  enabled: z.boolean().default(true),
  missed: scheduleMissed.default('one'),
  overlap: scheduleOverlap.default('wait'),
});
export type ScheduleBody = z.output<typeof scheduleBody>;

/**
 * What has become of a time of a schedule. `waiting`: its run waits for the one before · `starting`: its run is being made · `started`: its run is there · `skipped`:
 * it was left out, as the schedule says · `failed`: no run could be made.
 */
export const turnState = z.enum(['waiting', 'starting', 'started', 'skipped', 'failed']);
export type TurnState = z.infer<typeof turnState>;

export const scheduledTime = z.object({
  at: instant.meta({ description: 'the logical time of the run' }),
  state: turnState,
  execution: z.number().int().nullable(),
  reason: z.string().nullable().meta({ description: 'why there is no run, as a sentence' }),
});
export type ScheduledTime = z.infer<typeof scheduledTime>;

/** When a job runs by itself. */
export const schedule = z.object({
  cron: z.string(),
  timezone: z.string(),
  start: instant.nullable(),
  end: instant.nullable(),
  enabled: z.boolean(),
  missed: scheduleMissed,
  overlap: scheduleOverlap,
  paused: z.string().nullable().meta({ description: 'why it does not run though it is enabled, as a sentence' }),
  nextRuns: z.array(instant).meta({ description: 'five at most; none: it is switched off, or over' }),
  waiting: z.number().int().meta({ description: 'runs that are due and wait for the one before' }),
  recent: z.array(scheduledTime).meta({ description: 'the last times, the newest first; twenty at most' }),
  changedBy: z.string().nullable().meta({ description: 'e-mail address' }),
  changedAt: instant,
});
export type Schedule = z.infer<typeof schedule>;

export const scheduleAnswer = z.object({ schedule: schedule.nullable().meta({ description: 'null: it has none' }) });
export const schedulePreview = z.object({ nextRuns: z.array(instant) });

/** `running`: its runs are made, one after the other · `succeeded`: all have been made and have ended · `cancelled`: no more are made. */
export const backfillState = z.enum(['running', 'succeeded', 'cancelled']);
export type BackfillState = z.infer<typeof backfillState>;

export const backfillBody = z.object({
  from: instant,
  to: instant.meta({ description: 'a time at either end of the range has a run' }),
  cron: cronText.optional().meta({ description: "absent: the schedule's" }),
  timezone: zoneText.optional(),
});
export type BackfillBody = z.output<typeof backfillBody>;

export const backfillsQuery = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,10}$/)
    .optional()
    .meta({ description: 'the `next` of the page before' }),
});

/** Runs for times of the past, in their order, one after the other. */
export const backfill = z.object({
  id: z.number().int(),
  state: backfillState,
  from: instant,
  to: instant,
  cron: z.string(),
  timezone: z.string(),
  total: z.number().int().meta({ description: 'how many runs it has' }),
  made: z.number().int().meta({ description: 'how many of them have been made' }),
  failed: z.number().int().meta({ description: 'how many of those did not succeed' }),
  current: z.number().int().nullable().meta({ description: 'the run that goes' }),
  waitsFor: z.string().nullable().meta({ description: 'why it does not go on, as a sentence' }),
  createdBy: z.string().nullable().meta({ description: 'e-mail address' }),
  createdAt: instant,
  endedAt: instant.nullable(),
});
export type Backfill = z.infer<typeof backfill>;

const jobId = z.number().int().min(1);

export const chainBody = z.object({
  after: z
    .array(jobId)
    .max(50, 'A job can wait for 50 others at most.')
    .meta({ description: 'the jobs that all have to succeed; none: it is not started after others' }),
});

/** After which jobs a job starts, and which start after it. */
export const chain = z.object({
  after: z.array(
    z.object({
      id: jobId,
      name: z.string(),
      succeeded: z.boolean().meta({ description: 'since this job was last started by them' }),
    }),
  ),
  before: z.array(z.object({ id: jobId, name: z.string() })),
});
export type Chain = z.infer<typeof chain>;
