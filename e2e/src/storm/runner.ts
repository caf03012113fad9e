import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client, Execution } from '@emberlab/contract';
import type { Random } from './random.ts';
import type { Person } from './people.ts';
import { outcomeOf } from './told.ts';

/** Each run leaves one sign in its folder. */
const program = `import os
with open(os.path.join(os.environ["EMBERLAB_RUN_FOLDER"], "ran"), "a") as ran:
    ran.write("x")
`;

/**
 * Has a job run again and again, and by a schedule. Each run that there is runs its program once, each time of the schedule has one run, and no run that was told
 * is lost. `folder`: of the project.
 */
export async function runner(client: Client, random: Random, project: string, folder: string): Promise<Person> {
  const params = { project };
  writeFileSync(join(folder, 'Resources/sign.py'), program, { mode: 0o644 });
  const job = await client.call('jobs.create', {
    params,
    body: { name: 'sign', type: 'python', program: 'Resources/sign.py' },
  });
  const ofJob = { project, id: job.id };
  await client.call('schedule.set', { params: ofJob, body: { cron: '* * * * *' } });
  const told: number[] = [];
  const problems: string[] = [];
  let waits = 0;

  const all = async (): Promise<Execution[]> => {
    const found: Execution[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { job: job.id, limit: 100, ...(cursor === undefined ? {} : { cursor }) };
      const page = await client.call('executions.list', { params, query });
      found.push(...page.items);
      cursor = page.next;
    }
    return found;
  };

  return {
    name: 'runner',
    async act() {
      waits -= 1;
      if (waits > 0) return;
      waits = random.between(10, 60);
      const outcome = await outcomeOf(() => client.call('jobs.run', { params: ofJob, body: {} }));
      if (outcome.kind === 'done') told.push(outcome.value.id);
      if (outcome.kind === 'refused') problems.push(`a run was refused: ${outcome.error.message}`);
    },
    async compare() {
      await client.call('schedule.remove', { params: ofJob });
      const over = performance.now() + 120_000;
      let runs = await all();
      while (runs.some(({ endedAt }) => endedAt === null) && performance.now() < over) runs = await all();
      const ids = new Set(runs.map(({ id }) => id));
      problems.push(...told.filter((id) => !ids.has(id)).map((id) => `run ${id} is lost`));
      for (const { id, state, reason } of runs) {
        const file = join(folder, 'Logs/sign', String(id), 'ran');
        const signs = existsSync(file) ? readFileSync(file, 'utf8') : '';
        if (state !== 'succeeded' || signs !== 'x') problems.push(`run ${id}: ${state}, ran "${signs}" (${reason})`);
      }
      const times = runs.flatMap(({ trigger, logicalTime }) => (trigger.kind === 'schedule' ? [logicalTime] : []));
      if (new Set(times).size !== times.length) problems.push(`a time of the schedule has two runs: ${times.join()}`);
      return problems;
    },
  };
}
