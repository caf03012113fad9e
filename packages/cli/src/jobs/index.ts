import type { Command } from 'commander';
import { address, connect } from '../connection.ts';
import { checked } from '../usage.ts';
import { registerAfter } from './after.ts';
import { registerBackfill } from './backfill.ts';
import type { JobsContext } from './context.ts';
import { registerDefinitions } from './definitions.ts';
import { registerExecutions, registerRuns } from './runs.ts';
import { registerSchedule } from './schedule.ts';

/** `emberlab job …` and `emberlab execution …`: jobs and their runs, through the API, with the token that `emberlab login` has kept. */
export function registerJobs(program: Command, ownOrigin: () => string): void {
  const group = (name: string, description: string): [Command, JobsContext] => {
    const command = program
      .command(name)
      .description(description)
      .option('--at <address>', 'of Emberlab (default: as the settings say)', checked(address))
      .option('--json', 'answer as JSON, for programs', false);
    const options = () => command.opts<{ at?: string; json: boolean }>();
    return [
      command,
      {
        connect: async () => connect(options().at ?? ownOrigin()),
        json: () => options().json,
        show(answer, text) {
          process.stdout.write(`${options().json ? JSON.stringify(answer, null, 2) : text(answer)}\n`);
        },
      },
    ];
  };
  const [jobs, context] = group('job', 'jobs: saved programs that run by themselves');
  registerDefinitions(jobs, context);
  registerRuns(jobs, context);
  registerSchedule(jobs, context);
  registerBackfill(jobs, context);
  registerAfter(jobs, context);
  registerExecutions(...group('execution', 'runs of jobs'));
}
