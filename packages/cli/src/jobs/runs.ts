import { executionState, type Execution, type ExecutionState } from '@emberlab/contract';
import { Option, type Command } from 'commander';
import { forPeople } from '../connection.ts';
import { cutTable, howMany, readPages } from '../pages.ts';
import { execution, findJob, job, parameters, project, type JobsContext } from './context.ts';
import { copyLog, untilEnd } from './follow.ts';
import { executionLines, executionTable } from './texts.ts';

type RunOptions = { arg?: string[]; param?: string[]; wait: boolean; follow: boolean };

/** Commands that run jobs and end runs. */
export function registerRuns(jobs: Command, { connect, show, json }: JobsContext): void {
  jobs
    .command('run')
    .description('run a job; with --wait, ends with 1 where it did not succeed')
    .addArgument(project())
    .addArgument(job())
    .option('--arg <argument...>', 'arguments instead of those of the job')
    .option('--param <name=value...>', 'parameters on top of those of the job')
    .option('--wait', 'wait for its end', false)
    .option('--follow', 'the same, and show its log meanwhile', false)
    .action(async (name: string, wanted: string, { arg, param, wait, follow }: RunOptions) => {
      const { client } = await connect();
      const { id: jobId } = await findJob(client, name, wanted);
      const body = {
        ...(arg === undefined ? {} : { arguments: arg }),
        ...(param === undefined ? {} : { parameters: parameters(param) as never }),
      };
      const started = await forPeople(client.call('jobs.run', { params: { project: name, id: jobId }, body }));
      const which = { project: name, id: started.id };
      if (!wait && !follow) {
        show(
          started,
          ({ id }) => `Run ${id} is asked for. To see how it goes: emberlab execution log ${name} ${id} --follow`,
        );
        return;
      }
      if (follow && !json())
        await copyLog(client, which, { follow: true, write: (text) => process.stdout.write(text) });
      const ended = await untilEnd(client, which);
      show(ended, executionLines);
      if (ended.state !== 'succeeded') process.exitCode = 1;
    });

  jobs
    .command('stop')
    .description('stop the runs of a job, or one of them')
    .addArgument(project())
    .addArgument(job())
    .argument('[run]', 'id of the run (default: all that have not ended)')
    .action(async (name: string, wanted: string, run: string | undefined) => {
      const { client } = await connect();
      const { id } = await findJob(client, name, wanted);
      const query = { job: String(id), state: 'live' as const };
      const live = await readPages((at) =>
        client.call('executions.list', { params: { project: name }, query: { ...query, ...at } }),
      );
      const stopped: Execution[] = [];
      for (const one of live.items.filter((item) => run === undefined || String(item.id) === run)) {
        const params = { project: name, id: one.id };
        stopped.push(await forPeople(client.call('executions.stop', { params })));
      }
      show({ items: stopped }, ({ items }) =>
        items.length === 0 ? 'Nothing of it runs.' : items.map(executionLines).join('\n'),
      );
    });
}

/** Commands that look at runs, and delete them. */
export function registerExecutions(executions: Command, { connect, show, json }: JobsContext): void {
  executions
    .command('list')
    .description('runs, the newest first')
    .addArgument(project())
    .option('--job <job>', 'only of this job, by its name or id')
    .addOption(
      new Option('--state <state>', 'only in this state').choices([...executionState.options, 'live', 'ended']),
    )
    .option('--from <time>', 'asked for on this day (2026-01-31) or later')
    .option('--until <time>', 'asked for on this day or earlier')
    .option('--limit <number>', 'at most so many', howMany, 25)
    .action(
      async (
        name: string,
        options: {
          job?: string;
          state?: ExecutionState | 'live' | 'ended';
          from?: string;
          until?: string;
          limit: number;
        },
      ) => {
        const { client } = await connect();
        const { job: wanted, state, from, until, limit } = options;
        const query = {
          ...(state === undefined ? {} : { state }),
          ...(from === undefined ? {} : { from }),
          ...(until === undefined ? {} : { until }),
          ...(wanted === undefined ? {} : { job: String((await findJob(client, name, wanted)).id) }),
        };
        const found = await readPages(
          (at) => client.call('executions.list', { params: { project: name }, query: { ...query, ...at } }),
          limit,
        );
        show(found, ({ items }) => cutTable(executionTable(items), found));
      },
    );

  executions
    .command('show')
    .description('a run')
    .addArgument(project())
    .addArgument(execution())
    .action(async (name: string, id: number) => {
      const { client } = await connect();
      show(await forPeople(client.call('executions.get', { params: { project: name, id } })), executionLines);
    });

  executions
    .command('log')
    .description('the log of a run')
    .addArgument(project())
    .addArgument(execution())
    .option('--follow', 'until it has ended', false)
    .action(async (name: string, id: number, { follow }: { follow: boolean }) => {
      const { client } = await connect();
      await copyLog(client, { project: name, id }, { follow, write: (text) => process.stdout.write(text) });
    });

  executions
    .command('delete')
    .description('delete a run that has ended, with its log; what it has written into the project stays')
    .addArgument(project())
    .addArgument(execution())
    .action(async (name: string, id: number) => {
      const { client } = await connect();
      await forPeople(client.call('executions.remove', { params: { project: name, id } }));
      if (!json()) process.stdout.write(`Run ${id} is gone.\n`);
    });
}
