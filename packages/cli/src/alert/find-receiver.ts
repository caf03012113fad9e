import type { AlertReceiver, Client } from '@emberlab/contract';
import { forPeople } from '../connection.ts';
import { UsageError } from '../usage.ts';

/** The receivers of a project that are meant, each by its name, without regard to case, or its id. Throws a `UsageError` that has the names there are. */
export async function findReceivers(
  client: Client,
  project: string,
  wanted: readonly string[],
): Promise<AlertReceiver[]> {
  const { items } = await forPeople(client.call('alerts.receivers', { params: { project } }));
  return wanted.map((text) => {
    const found =
      items.find(({ name }) => name.toLowerCase() === text.toLowerCase()) ?? items.find(({ id }) => id === text);
    if (found !== undefined) return found;
    const known = items.length === 0 ? 'There are none.' : `There are: ${items.map(({ name }) => name).join(', ')}.`;
    throw new UsageError(`The project ${project} has no receiver ${text}. ${known}`);
  });
}
