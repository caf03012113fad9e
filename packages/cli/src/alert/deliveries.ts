import { Option, type Command } from 'commander';
import { forPeople } from '../connection.ts';
import { project, type EnvContext } from '../env/context.ts';
import { cutTable, howMany, readPages } from '../pages.ts';
import { plain, table } from '../env/texts.ts';

const states = ['open', 'delivered', 'given-up'] as const;

/** `emberlab alert deliveries` and `resend`. */
export function registerDeliveries(alert: Command, { connect, show }: EnvContext): void {
  alert
    .command('deliveries')
    .description('what was sent or is to be, the newest first')
    .addArgument(project())
    .addOption(new Option('--state <state>', 'only those').choices(states))
    .option('--limit <number>', 'at most so many', howMany, 50)
    .action(async (name: string, options: { state?: (typeof states)[number]; limit: number }) => {
      const { client } = await connect();
      const query = options.state === undefined ? {} : { state: options.state };
      const found = await readPages(
        ({ cursor }) =>
          client.call('alerts.deliveries', {
            params: { project: name },
            query: { ...query, ...(cursor === undefined ? {} : { cursor }) },
          }),
        options.limit,
      );
      show(found, ({ items }) =>
        cutTable(
          table(
            ['ID', 'WHEN', 'EVENT', 'JOB', 'RUN', 'RECEIVER', 'STATE', 'TRIES', 'PROBLEM'],
            items.map((one) => [
              one.id,
              one.createdAt,
              one.event,
              one.job?.name ?? '',
              String(one.execution ?? ''),
              one.receiver.name,
              one.state,
              String(one.attempts),
              one.problem ?? '',
            ]),
          ),
          found,
        ),
      );
    });

  alert
    .command('resend')
    .description('send one that has ended once more, as the same message')
    .addArgument(project())
    .argument('<delivery>', 'its id, as emberlab alert deliveries has it')
    .action(async (name: string, id: string) => {
      const { client } = await connect();
      show(await forPeople(client.call('alerts.resend', { params: { project: name, id } })), ({ receiver }) =>
        plain(`It is being sent to ${receiver.name}. To see how it goes: emberlab alert deliveries ${name}`),
      );
    });
}
