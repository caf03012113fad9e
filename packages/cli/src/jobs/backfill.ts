import { cronText, zoneText, type Backfill } from '@emberlab/contract';
import { InvalidArgumentError, type Command } from 'commander';
import { forPeople } from '../connection.ts';
import { readPages } from '../pages.ts';
import { plain, table } from '../env/texts.ts';
import { checked } from '../usage.ts';
import { findJob, job, project, type JobsContext } from './context.ts';
import { mustBeMoment } from './moment.ts';

type Range = { from: string; to: string; cron?: string; timezone?: string };

const backfillTable = (items: readonly Backfill[]): string =>
  table(
    ['ID', 'STATE', 'FROM', 'TO', 'RUNS', 'FAILED', 'NOW', 'WHY'],
    items.map((one) => [
      String(one.id),
      one.state,
      one.from,
      one.to,
      `${one.made} of ${one.total}`,
      String(one.failed),
      one.current === null ? '' : `run ${one.current}`,
      one.waitsFor ?? '',
    ]),
  );

function backfillId(value: string): number {
  if (!/^[1-9]\d{0,9}$/.test(value)) throw new InvalidArgumentError('Please give the number of a backfill.');
  return Number(value);
}

/** `emberlab job backfill …`: runs for times of the past. */
export function registerBackfill(jobs: Command, { connect, show }: JobsContext): void {
  const backfill = jobs.command('backfill').description('runs of a job for times of the past');

  backfill
    .command('start')
    .description('have it run for each time of a range, one run after the other')
    .addArgument(project())
    .addArgument(job())
    .requiredOption('--from <time>', 'the first time: 2026-01-31 or 2026-01-31T09:30:00Z')
    .requiredOption('--to <time>', 'the last time')
    .option('--cron <cron>', "which times (default: those of the job's schedule)", checked(cronText))
    .option('--timezone <name>', 'whose clocks count', checked(zoneText))
    .action(async (name: string, wanted: string, { from, to, ...times }: Range) => {
      const body = { from: mustBeMoment(from, 'start'), to: mustBeMoment(to, 'end'), ...times };
      const { client } = await connect();
      const { id } = await findJob(client, name, wanted);
      const made = await forPeople(client.call('backfills.create', { params: { project: name, id }, body }));
      show(made, (one) =>
        plain(
          `Backfill ${one.id}: ${one.total} runs, one after the other. To see how far it is: emberlab job backfill list ${name} ${wanted}`,
        ),
      );
    });

  backfill
    .command('list')
    .description('what was asked for, the newest first')
    .addArgument(project())
    .addArgument(job())
    .action(async (name: string, wanted: string) => {
      const { client } = await connect();
      const { id } = await findJob(client, name, wanted);
      const found = await readPages(({ cursor }) =>
        client.call('backfills.list', {
          params: { project: name, id },
          query: cursor === undefined ? {} : { cursor },
        }),
      );
      show(found, ({ items }) => backfillTable(items));
    });

  backfill
    .command('cancel')
    .description('make no more runs; the one that goes does so to its end')
    .addArgument(project())
    .addArgument(job())
    .argument('<backfill>', 'its id, as emberlab job backfill list has it', backfillId)
    .action(async (name: string, wanted: string, number: number) => {
      const { client } = await connect();
      const { id } = await findJob(client, name, wanted);
      const params = { project: name, id, backfill: number };
      show(await forPeople(client.call('backfills.cancel', { params })), (one) => backfillTable([one]));
    });
}
