import { readFile, writeFile } from 'node:fs/promises';
import {
  configurationShape,
  jobExport,
  jobName,
  jobType,
  type ChangedJobBody,
  type Client,
  type JobType,
  type NewJobBody,
} from '@emberlab/contract';
import { Option, type Command } from 'commander';
import type { z } from 'zod';
import { plain } from '../env/texts.ts';
import { forPeople } from '../connection.ts';
import { readPages } from '../pages.ts';
import { checked, UsageError } from '../usage.ts';
import { findJob, job, parameters, project, type JobsContext } from './context.ts';
import { jobLines, jobTable } from './texts.ts';

type Fields = {
  type?: JobType;
  mainClass?: string;
  arg?: string[];
  param?: string[];
  configuration?: string;
  retries?: string;
  retryDelay?: string;
  timeLimit?: string;
  concurrent?: boolean;
};

/** The options by which a job is made or changed. */
const withFields = (command: Command): Command =>
  command
    .addOption(new Option('--type <type>', 'of the job (default: as its file says)').choices(jobType.options))
    .option('--main-class <class>', 'of a jar (default: what its manifest names)')
    .option('--arg <argument...>', 'arguments of a run that is given none')
    .option(
      '--param <name=value...>',
      'parameters of a notebook, the same; a value that is JSON counts as what it says',
    )
    .option('--configuration <file>', 'a JSON file with the configuration, as emberlab job show --json has it')
    .option('--retries <number>', 'how often a failed run is tried again')
    .option('--retry-delay <seconds>', 'before each further try')
    .option('--time-limit <minutes>', 'a run that takes longer fails; 0: there is none')
    .option('--concurrent', 'several runs at a time')
    .option('--no-concurrent', 'one run at a time; the next one waits');

/** Reads a file with JSON, by a schema. */
async function readJson<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`There is no file ${path} that can be read.`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is not JSON.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `${path} can't be used. ${parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join(' ')}`,
  );
}

const number = (option: string, text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`Please give --${option} a whole number.`);
  return Number(text);
};

/** What the options say. `policy` begins with what there is. */
async function bodyOf(fields: Fields, policy: NonNullable<NewJobBody['policy']>): Promise<ChangedJobBody> {
  const { retries, retryDelay, timeLimit, concurrent } = fields;
  const changed = {
    ...policy,
    ...(retries === undefined ? {} : { retries: number('retries', retries) }),
    ...(retryDelay === undefined ? {} : { retryDelaySeconds: number('retry-delay', retryDelay) }),
    ...(timeLimit === undefined ? {} : { timeLimitMinutes: number('time-limit', timeLimit) || null }),
    ...(concurrent === undefined ? {} : { concurrentRuns: concurrent }),
  };
  return {
    ...(fields.type === undefined ? {} : { type: fields.type }),
    ...(fields.mainClass === undefined ? {} : { mainClass: fields.mainClass }),
    ...(fields.arg === undefined ? {} : { arguments: fields.arg }),
    ...(fields.param === undefined ? {} : { parameters: parameters(fields.param) as NewJobBody['parameters'] }),
    ...(fields.configuration === undefined
      ? {}
      : { configuration: await readJson(fields.configuration, configurationShape) }),
    policy: changed,
  };
}

const noPolicy = { retries: 0, retryDelaySeconds: 60, timeLimitMinutes: null, concurrentRuns: true };
const checkedName = checked(jobName);

/** Commands that look at jobs and change them. */
export function registerDefinitions(jobs: Command, { connect, show, json }: JobsContext): void {
  const withJob = async <T>(
    name: string,
    wanted: string,
    act: (client: Client, params: { project: string; id: number }) => Promise<T>,
  ): Promise<T> => {
    const { client } = await connect();
    const { id } = await findJob(client, name, wanted);
    return act(client, { project: name, id });
  };

  jobs
    .command('list')
    .description('the jobs of a project, with their last runs')
    .addArgument(project())
    .option('--search <text>', 'part of the name')
    .addOption(new Option('--type <type>', 'only of this type').choices(jobType.options))
    .option('--running', 'only those with a run that has not ended', false)
    .action(async (name: string, options: { search?: string; type?: JobType; running: boolean }) => {
      const { client } = await connect();
      const query = {
        ...(options.search === undefined ? {} : { search: options.search }),
        ...(options.type === undefined ? {} : { type: options.type }),
        ...(options.running ? { running: '1' as const } : {}),
      };
      const { items } = await readPages((at) =>
        client.call('jobs.list', { params: { project: name }, query: { ...query, ...at } }),
      );
      show({ items }, () => jobTable(items));
    });

  jobs
    .command('show')
    .description('a job')
    .addArgument(project())
    .addArgument(job())
    .action(async (name: string, wanted: string) => {
      const { client } = await connect();
      show(await findJob(client, name, wanted), jobLines);
    });

  withFields(jobs.command('create').description('make a job of a file in the project').addArgument(project()))
    .argument('<name>', 'of the job', checkedName)
    .argument('<program>', 'path of its file in the project')
    .action(async (name: string, called: string, program: string, fields: Fields) => {
      const { client } = await connect();
      const body = { ...(await bodyOf(fields, noPolicy)), name: called, program };
      const made = await forPeople(client.call('jobs.create', { params: { project: name }, body }));
      show(made, ({ id, type }) => `The job ${called} is there: number ${id}, of type ${type}.`);
    });

  withFields(jobs.command('update').description('change a job').addArgument(project()).addArgument(job()))
    .option('--name <name>', 'another name', checkedName)
    .option('--program <path>', 'another file of the project')
    .action(async (name: string, wanted: string, fields: Fields & { name?: string; program?: string }) => {
      const { client } = await connect();
      const found = await findJob(client, name, wanted);
      const body = {
        ...(await bodyOf(fields, found.policy)),
        ...(fields.name === undefined ? {} : { name: fields.name }),
        ...(fields.program === undefined ? {} : { program: fields.program }),
      };
      const params = { project: name, id: found.id };
      show(await forPeople(client.call('jobs.change', { params, body })), jobLines);
    });

  jobs
    .command('copy')
    .description('make another job like it')
    .addArgument(project())
    .addArgument(job())
    .argument('<name>', 'of the copy', checkedName)
    .action(async (name: string, wanted: string, called: string) =>
      withJob(name, wanted, async (client, params) => {
        const made = await forPeople(client.call('jobs.copy', { params, body: { name: called } }));
        show(made, ({ id }) => `The job ${called} is there: number ${id}.`);
      }),
    );

  jobs
    .command('export')
    .description('print a job as a file that can be imported')
    .addArgument(project())
    .addArgument(job())
    .option('--output <file>', 'write it there; a file that is there already is replaced')
    .action(async (name: string, wanted: string, { output }: { output?: string }) =>
      withJob(name, wanted, async (client, params) => {
        const text = `${JSON.stringify(await forPeople(client.call('jobs.export', { params })), null, 2)}\n`;
        if (output === undefined) process.stdout.write(text);
        else await writeFile(output, text);
      }),
    );

  jobs
    .command('import')
    .description('make a job of an exported one')
    .addArgument(project())
    .argument('<file>', 'what emberlab job export has written')
    .option('--name <name>', 'of the job (default: as in the file)', checkedName)
    .action(async (name: string, path: string, options: { name?: string }) => {
      const { client } = await connect();
      const body = { file: await readJson(path, jobExport), ...options };
      const made = await forPeople(client.call('jobs.import', { params: { project: name }, body }));
      show(made, (one) => plain(`The job ${one.name} is there: number ${one.id}.`));
    });

  jobs
    .command('delete')
    .description('delete a job and stop its runs; runs and their logs are kept')
    .addArgument(project())
    .addArgument(job())
    .action(async (name: string, wanted: string) =>
      withJob(name, wanted, async (client, params) => {
        await forPeople(client.call('jobs.remove', { params }));
        if (!json()) process.stdout.write(plain(`The job ${wanted} is gone.\n`));
      }),
    );
}
