import { projectName, type Client, type Job } from '@emberlab/contract';
import { FatalError } from '@emberlab/server/admin';
import { Argument, InvalidArgumentError } from 'commander';
import { forPeople, type Connection } from '../connection.ts';
import { checked, UsageError } from '../usage.ts';

/** What each command of `emberlab job` and `emberlab execution` works with. */
export type JobsContext = {
  connect: () => Promise<Connection>;
  /** The answer, as JSON where that is wanted, else as text for people. */
  show: <T>(answer: T, text: (answer: T) => string) => void;
  json: () => boolean;
};

/** The project that a command is about: the first argument of each. */
export const project = (): Argument => new Argument('<project>', 'name of the project').argParser(checked(projectName));
export const job = (): Argument => new Argument('<job>', 'name of the job, or its id');
export const execution = (): Argument => new Argument('<run>', 'id of the run').argParser(wholeNumber);

function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,9}$/.test(value)) throw new InvalidArgumentError('Please give the number of a run.');
  return Number(value);
}

/** The job that somebody names. A name counts before an id. */
export async function findJob(client: Client, name: string, wanted: string): Promise<Job> {
  const found = await forPeople(client.call('jobs.list', { params: { project: name }, query: { name: wanted } }));
  const [named] = found.items;
  if (named !== undefined) return named;
  if (!/^[1-9]\d{0,9}$/.test(wanted)) throw new FatalError(`There is no job ${wanted} in ${name}.`);
  return forPeople(client.call('jobs.get', { params: { project: name, id: Number(wanted) } }));
}

/** `name=value` as parameters: a value that is JSON counts as what it says, any other is a text. */
export function parameters(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`"${pair}" is no parameter. Please write name=value.`);
      return [pair.slice(0, at), jsonOr(pair.slice(at + 1))];
    }),
  );
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
