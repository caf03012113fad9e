import { text as readAll } from 'node:stream/consumers';
import { email, receiverName, webhookUrl, type AlertDelivery, type ReceiverBody } from '@emberlab/contract';
import type { Command } from 'commander';
import { forPeople } from '../connection.ts';
import { project, type EnvContext } from '../env/context.ts';
import { plain, table } from '../env/texts.ts';
import { checked, UsageError } from '../usage.ts';
import { findReceivers } from './find-receiver.ts';

const checkedEmail = checked(email);
const addresses = (value: string, others: readonly string[] = []): string[] => [...others, checkedEmail(value)];

type AddOptions = { webhook?: string; webhookStdin: boolean; email?: string[] };

/** `emberlab alert receiver …` */
export function registerReceivers(alert: Command, { connect, show }: EnvContext): void {
  const receiver = alert.command('receiver').description('where alerts can go');

  receiver
    .command('list')
    .description('the receivers of a project')
    .addArgument(project())
    .action(async (name: string) => {
      const { client } = await connect();
      show(await forPeople(client.call('alerts.receivers', { params: { project: name } })), ({ items }) =>
        table(
          ['NAME', 'TYPE', 'TARGET', 'LAST', 'ID'],
          items.map((one) => [one.name, one.type, one.target, one.last?.state ?? '', one.id]),
        ),
      );
    });

  receiver
    .command('add')
    .description('add a webhook, whose secret is printed this once, or e-mail addresses')
    .addArgument(project())
    .argument('<name>', 'what it is called', checked(receiverName))
    .option('--webhook <address>', 'a webhook at this address', checked(webhookUrl))
    .option('--webhook-stdin', 'the same, with the address from standard input: it may be a secret', false)
    .option('--email <address...>', 'these e-mail addresses', addresses)
    .action(async (name: string, called: string, options: AddOptions) => {
      const body = await bodyOf(called, options);
      const { client } = await connect();
      show(await forPeople(client.call('alerts.addReceiver', { params: { project: name }, body })), (made) =>
        made.secret === null
          ? plain(`${called} is a receiver now.`)
          : plain(
              `${called} is a receiver now. What it gets is signed with this secret, which is not shown again:\n${made.secret}`,
            ),
      );
    });

  /** A command about one receiver. */
  const command = (word: string, description: string): Command =>
    receiver.command(word).description(description).addArgument(project()).argument('<receiver>', 'its name or its id');

  command('remove', 'remove one, from the rules as well; what waits for it is given up').action(
    async (name: string, wanted: string) => {
      const { client } = await connect();
      const [found] = await findReceivers(client, name, [wanted]);
      const params = { project: name, id: found?.id ?? '' };
      show(await forPeople(client.call('alerts.removeReceiver', { params })), () =>
        plain(`${found?.name} gets no alerts any more.`),
      );
    },
  );

  command('new-secret', 'give a webhook another secret; the former one is good for another day').action(
    async (name: string, wanted: string) => {
      const { client } = await connect();
      const [found] = await findReceivers(client, name, [wanted]);
      const params = { project: name, id: found?.id ?? '' };
      show(await forPeople(client.call('alerts.newSecret', { params })), ({ secret }) => `${secret}`);
    },
  );

  command('test', 'send a test and say what came of it; ends with 1 where it was not delivered').action(
    async (name: string, wanted: string) => {
      const { client } = await connect();
      const [found] = await findReceivers(client, name, [wanted]);
      const params = { project: name, id: found?.id ?? '' };
      const tried = await forPeople(client.call('alerts.testReceiver', { params }));
      show(tried, () => plain(outcome(tried)));
      if (tried.state !== 'delivered') process.exitCode = 1;
    },
  );
}

async function bodyOf(name: string, options: AddOptions): Promise<ReceiverBody> {
  const ways = [options.webhook !== undefined, options.webhookStdin, options.email !== undefined];
  if (ways.filter(Boolean).length !== 1) {
    throw new UsageError('Please give either --webhook, --webhook-stdin or --email.');
  }
  if (options.email !== undefined) return { type: 'email', name, addresses: options.email };
  if (options.webhook !== undefined) return { type: 'webhook', name, url: options.webhook };
  const url = webhookUrl.safeParse(await readAll(process.stdin));
  if (!url.success) throw new UsageError(url.error.issues.map(({ message }) => message).join(' '));
  return { type: 'webhook', name, url: url.data };
}

function outcome({ state, receiver, code, answer, problem }: AlertDelivery): string {
  const said = code === null ? '' : ` It answered ${code}${answer === null ? '' : `: ${answer}`}`;
  return state === 'delivered'
    ? `${receiver.name} got the test.${said}`
    : `${receiver.name} did not get the test. ${problem ?? ''}${said}`;
}
