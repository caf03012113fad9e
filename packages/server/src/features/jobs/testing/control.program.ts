import { lightJobs } from './light-jobs.ts';

/** A control plane of its own, to be killed: has a job run as often as it is told, says so once all runs run, and goes on. */
const [, , folder = '', count = '1', script = ''] = process.argv;
const light = await lightJobs(folder);
const jobId = await light.job(script);
light.jobs.start();
for (let run = 0; run < Number(count); run += 1) {
  await light.jobs.startExecution({ jobId, key: `run:${run}`, trigger: { kind: 'manual' } });
}
await light.reach('running');
process.stdout.write('running\n');
setInterval(() => undefined, 60_000);
