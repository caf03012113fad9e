import type { Chain } from '@emberlab/contract';
import type { Command } from 'commander';
import { forPeople } from '../connection.ts';
import { plain } from '../env/texts.ts';
import { UsageError } from '../usage.ts';
import { findJob, job, project, type JobsContext } from './context.ts';

function chainLines({ after, before }: Chain): string {
  const names = before.map(({ name }) => name).join(', ');
  return plain(
    [
      after.length === 0 ? 'It is not started after other jobs.' : 'It starts once all of these have succeeded:',
      ...after.map(({ name, succeeded }) => `  ${name}${succeeded ? ' (has, since the last time)' : ''}`),
      ...(before.length === 0 ? [] : [`After it start: ${names}`]),
    ].join('\n'),
  );
}

/** `emberlab job after`: which jobs a job follows. */
export function registerAfter(jobs: Command, { connect, show }: JobsContext): void {
  jobs
    .command('after')
    .description('after which jobs one starts by itself: show that, or set it')
    .addArgument(project())
    .addArgument(job())
    .argument('[others...]', 'jobs that all have to succeed, by their names or ids')
    .option('--none', 'start it after no other any more', false)
    .action(async (name: string, wanted: string, others: string[], { none }: { none: boolean }) => {
      if (none && others.length > 0) throw new UsageError('Please give either jobs or --none.');
      const { client } = await connect();
      const { id } = await findJob(client, name, wanted);
      const params = { project: name, id };
      if (!none && others.length === 0) {
        show(await forPeople(client.call('chains.get', { params })), chainLines);
        return;
      }
      const after: number[] = [];
      for (const other of others) after.push((await findJob(client, name, other)).id);
      show(await forPeople(client.call('chains.set', { params, body: { after } })), chainLines);
    });
}
