import { alertEvents, type AlertEvent, type AlertReceiver, type AlertRule, type Client } from '@emberlab/contract';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { forPeople } from '../connection.ts';
import { project, type EnvContext } from '../env/context.ts';
import { table } from '../env/texts.ts';
import { findJob } from '../jobs/context.ts';
import { UsageError } from '../usage.ts';
import { findReceivers } from './find-receiver.ts';

function minutes(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('Please give a whole number of minutes.');
  return Number(value);
}

type SetOptions = { job?: string; after?: number; nobody: boolean; asProject: boolean };

/** `emberlab alert rule …` */
export function registerRules(alert: Command, { connect, show }: EnvContext): void {
  const rule = alert.command('rule').description('who is told of what');

  rule
    .command('list')
    .description('the rules of a project, or those that hold for one job')
    .addArgument(project())
    .option('--job <job>', 'for this job, by its name or id')
    .action(async (name: string, options: { job?: string }) => {
      const { client } = await connect();
      const { items } = await forPeople(client.call('alerts.receivers', { params: { project: name } }));
      const { own, ofProject } = await readRules(client, name, await jobIdOf(client, name, options.job));
      const all = own === null ? ofProject : [...own, ...ofProject.filter(({ event }) => !has(own, event))];
      show({ rules: all, own: own ?? [] }, () =>
        table(
          ['EVENT', 'WHO IS TOLD', 'RULE OF'],
          alertEvents.flatMap((event) => {
            const found = all.find((each) => each.event === event);
            if (found === undefined) return [];
            return [
              [
                eventText(found),
                receiverNames(found, items),
                own !== null && has(own, event) ? 'the job' : 'the project',
              ],
            ];
          }),
        ),
      );
    });

  rule
    .command('set')
    .description('say who is told of an event; the other rules stay')
    .addArgument(project())
    .addArgument(new Argument('<event>', 'what comes to pass').choices(alertEvents))
    .argument('[receiver...]', 'names or ids of those who are told')
    .option('--after <minutes>', 'of slow: how long a run may take before it is', minutes)
    .option('--job <job>', 'for this job alone, by its name or id, in place of the rule of the project')
    .option('--nobody', 'nobody is told', false)
    .option('--as-project', 'the job has no rule of its own for it any more', false)
    .action(async (name: string, event: AlertEvent, wanted: string[], options: SetOptions) => {
      checkOptions(event, wanted, options);
      const { client } = await connect();
      const receivers = (await findReceivers(client, name, wanted)).map(({ id }) => id);
      const jobId = await jobIdOf(client, name, options.job);
      const { own, ofProject } = await readRules(client, name, jobId);
      const others = (own ?? ofProject).filter((each) => each.event !== event);
      const isGone = options.asProject || (options.nobody && jobId === undefined);
      const added: AlertRule = { event, receivers, afterMinutes: event === 'slow' ? (options.after ?? 1) : null };
      const body = { rules: isGone ? others : [...others, added] };
      const answer = await forPeople(
        jobId === undefined
          ? client.call('alerts.setRules', { params: { project: name }, body })
          : client.call('alerts.setJobRules', { params: { project: name, id: jobId }, body }),
      );
      show(answer, () => 'The rule is set.');
    });
}

/** The id of the job that somebody names; undefined: they name none. */
const jobIdOf = async (client: Client, project: string, wanted: string | undefined): Promise<number | undefined> =>
  wanted === undefined ? undefined : (await findJob(client, project, wanted)).id;

function checkOptions(
  event: AlertEvent,
  wanted: readonly string[],
  { job: of, after, nobody, asProject }: SetOptions,
): void {
  if ([wanted.length > 0, nobody, asProject].filter(Boolean).length !== 1) {
    throw new UsageError('Please give either receivers, --nobody or --as-project.');
  }
  if (asProject && of === undefined) throw new UsageError('--as-project goes with --job.');
  if (after !== undefined && event !== 'slow') throw new UsageError('--after goes with slow.');
  if (event === 'slow' && after === undefined && wanted.length > 0) {
    throw new UsageError('Please say with --after after how many minutes a run is slow.');
  }
}

/** `own` null: it was asked for those of the project alone. */
async function readRules(
  client: Client,
  name: string,
  of: number | undefined,
): Promise<{ own: AlertRule[] | null; ofProject: AlertRule[] }> {
  if (of === undefined) {
    const { rules } = await forPeople(client.call('alerts.rules', { params: { project: name } }));
    return { own: null, ofProject: rules };
  }
  const { rules, project: inherited } = await forPeople(
    client.call('alerts.jobRules', { params: { project: name, id: of } }),
  );
  return { own: rules, ofProject: inherited };
}

const has = (rules: readonly AlertRule[], event: AlertEvent): boolean => rules.some((each) => each.event === event);

const eventText = ({ event, afterMinutes }: AlertRule): string =>
  afterMinutes === null ? event : `${event}, after ${afterMinutes} min`;

const receiverNames = ({ receivers }: AlertRule, items: readonly AlertReceiver[]): string =>
  receivers.length === 0
    ? 'nobody'
    : receivers.map((id) => items.find((each) => each.id === id)?.name ?? id).join(', ');
