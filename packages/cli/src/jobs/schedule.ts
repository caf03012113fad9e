import {
  cronText,
  scheduleMissed,
  scheduleOverlap,
  zoneText,
  type Schedule,
  type ScheduleMissed,
  type ScheduleOverlap,
} from '@emberlab/contract';
import { Option, type Command } from 'commander';
import { forPeople } from '../connection.ts';
import { plain } from '../env/texts.ts';
import { checked } from '../usage.ts';
import { findJob, job, project, type JobsContext } from './context.ts';
import { moment } from './moment.ts';

type Wanted = {
  timezone?: string;
  start?: string;
  end?: string;
  missed?: ScheduleMissed;
  overlap?: ScheduleOverlap;
  off: boolean;
};

/** What people say of a schedule, on top of what there is; `none` takes a bound away. */
const bodyOf = (cron: string, wanted: Wanted, before: Schedule | null) => ({
  cron,
  timezone: wanted.timezone ?? before?.timezone ?? 'UTC',
  start: wanted.start === undefined ? (before?.start ?? null) : moment(wanted.start, 'start'),
  end: wanted.end === undefined ? (before?.end ?? null) : moment(wanted.end, 'end'),
  missed: wanted.missed ?? before?.missed ?? ('one' as const),
  overlap: wanted.overlap ?? before?.overlap ?? ('wait' as const),
  enabled: !wanted.off,
});

const words: Readonly<Record<ScheduleMissed | ScheduleOverlap, string>> = {
  one: 'one run for all of them',
  all: 'each of them',
  skip: 'left out',
  wait: 'waits for the one before',
  stop: 'the one before is stopped',
};

const nextLines = (runs: readonly string[]): string[] =>
  runs.length === 0 ? ['It has no run ahead.'] : ['Next runs:', ...runs.map((run) => `  ${run}`)];

function lines(schedule: Schedule | null): string {
  if (schedule === null) return 'This job has no schedule.';
  const { recent } = schedule;
  return plain(
    [
      `Times: ${schedule.cron} (${schedule.timezone})${schedule.enabled ? '' : ', switched off'}`,
      ...(schedule.start === null ? [] : [`From: ${schedule.start}`]),
      ...(schedule.end === null ? [] : [`Until: ${schedule.end}`]),
      `Missed runs: ${words[schedule.missed]}`,
      `A run that comes due while one goes: ${words[schedule.overlap]}`,
      ...(schedule.paused === null ? [] : [`Paused: ${schedule.paused}`]),
      ...(schedule.waiting === 0 ? [] : [`Waiting: ${schedule.waiting}`]),
      ...nextLines(schedule.nextRuns),
      ...(recent.length === 0 ? [] : ['Last times:']),
      ...recent.map(({ at, state, execution, reason }) =>
        `  ${at}  ${state}  ${execution === null ? '' : `run ${execution}`}${reason ?? ''}`.trimEnd(),
      ),
    ].join('\n'),
  );
}

/** `emberlab job schedule …`: when a job runs by itself. */
export function registerSchedule(jobs: Command, { connect, show }: JobsContext): void {
  const schedule = jobs.command('schedule').description('when a job runs by itself');

  const withTimes = (command: Command): Command =>
    command
      .argument('<cron>', "five fields: minute, hour, day, month, weekday, such as '30 2 * * 1-5'", checked(cronText))
      .option('--timezone <name>', 'whose clocks count, such as Europe/Berlin (default: UTC)', checked(zoneText))
      .option('--start <time>', 'no run before it: 2026-01-31 or 2026-01-31T09:30:00Z; none: from now on')
      .option('--end <time>', 'no run after it; none: for ever');

  schedule
    .command('show')
    .description('when it runs, and what has become of its last times')
    .addArgument(project())
    .addArgument(job())
    .action(async (name: string, wanted: string) => {
      const { client } = await connect();
      const { id } = await findJob(client, name, wanted);
      const answer = await forPeople(client.call('schedule.get', { params: { project: name, id } }));
      show(answer, (found) => lines(found.schedule));
    });

  withTimes(
    schedule
      .command('set')
      .description('let it run by itself; what is left out stays')
      .addArgument(project())
      .addArgument(job()),
  )
    .addOption(
      new Option('--missed <what>', 'what to do with missed runs (default: one)').choices(scheduleMissed.options),
    )
    .addOption(
      new Option('--overlap <what>', 'what a run does while another goes (default: wait)').choices(
        scheduleOverlap.options,
      ),
    )
    .option('--off', 'keep it, but let nothing run', false)
    .action(async (name: string, wanted: string, cron: string, options: Wanted) => {
      const { client } = await connect();
      const { id } = await findJob(client, name, wanted);
      const params = { project: name, id };
      const { schedule: before } = await forPeople(client.call('schedule.get', { params }));
      const body = bodyOf(cron, options, before);
      show(await forPeople(client.call('schedule.set', { params, body })), (made) => lines(made.schedule));
    });

  schedule
    .command('remove')
    .description('let it not run by itself any more; what runs goes on')
    .addArgument(project())
    .addArgument(job())
    .action(async (name: string, wanted: string) => {
      const { client } = await connect();
      const { id, name: jobName } = await findJob(client, name, wanted);
      const answer = await forPeople(client.call('schedule.remove', { params: { project: name, id } }));
      show(answer, () => plain(`${jobName} has no schedule any more.`));
    });

  withTimes(
    schedule.command('preview').description('the next runs of a schedule that is not saved').addArgument(project()),
  ).action(async (name: string, cron: string, options: Omit<Wanted, 'off'>) => {
    const { client } = await connect();
    const body = bodyOf(cron, { ...options, off: false }, null);
    const answer = await forPeople(client.call('schedule.preview', { params: { project: name }, body }));
    show(answer, ({ nextRuns }) => nextLines(nextRuns).join('\n'));
  });
}
