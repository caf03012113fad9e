import { jobTypeLabels, type Execution, type Job } from '@emberlab/contract';
import { plain, table } from '../env/texts.ts';

/** `4 s`, `3 min 20 s`, `2 h 5 min`. */
function spellSeconds(seconds: number | null): string {
  if (seconds === null) return '';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const jobTable = (jobs: readonly Job[]): string =>
  table(
    ['ID', 'NAME', 'TYPE', 'OWNER', 'LAST RUN', 'STATE', 'NEXT RUN'],
    jobs.map(({ id, name, type, owner, lastRuns: [last], nextRunAt }) => [
      String(id),
      name,
      jobTypeLabels[type],
      owner.email,
      last?.createdAt ?? '',
      last?.state ?? '',
      nextRunAt ?? '',
    ]),
  );

export function jobLines(job: Job): string {
  const { policy } = job;
  const lines: (readonly [string, string | null])[] = [
    ['Name', job.name],
    ['Type', jobTypeLabels[job.type]],
    ['Program', job.program],
    ['Main class', job.mainClass],
    ['Arguments', job.arguments.length === 0 ? null : job.arguments.join(' ')],
    ['Parameters', Object.keys(job.parameters).length === 0 ? null : JSON.stringify(job.parameters)],
    ['Owner', job.owner.email],
    ['Retries', policy.retries === 0 ? null : `${policy.retries}, after ${policy.retryDelaySeconds} s`],
    ['Time limit', policy.timeLimitMinutes === null ? null : `${policy.timeLimitMinutes} min`],
    ['One at a time', policy.concurrentRuns ? null : 'yes'],
    ['Next run', job.nextRunAt],
  ];
  const runs = job.lastRuns.map(({ id, state, createdAt, durationSeconds }) =>
    `  ${id}  ${createdAt}  ${state}  ${spellSeconds(durationSeconds)}`.trimEnd(),
  );
  return plain(
    [
      ...lines.flatMap(([label, value]) => (value === null ? [] : [`${label}: ${value}`])),
      ...(runs.length === 0 ? [] : ['Last runs:', ...runs]),
    ].join('\n'),
  );
}

export const executionTable = (runs: readonly Execution[]): string =>
  table(
    ['ID', 'JOB', 'STATE', 'BY', 'WHO', 'ASKED FOR', 'TOOK', 'WHY'],
    runs.map((run) => [
      String(run.id),
      run.jobName,
      run.state,
      run.trigger.kind,
      run.startedBy.email,
      run.createdAt,
      spellSeconds(run.durationSeconds),
      run.reason ?? run.waitsFor ?? '',
    ]),
  );

/** What became of a run, or how it is, in a line or some more. */
export function executionLines(run: Execution): string {
  const took = run.durationSeconds === null ? '' : ` after ${spellSeconds(run.durationSeconds)}`;
  const ended = run.endedAt === null ? '' : took;
  return plain(
    [
      `Run ${run.id} of ${run.jobName}: ${run.state}${ended}.`,
      ...(run.reason === null ? [] : [run.reason]),
      ...(run.state === 'queued' && run.waitsFor !== null ? [run.waitsFor] : []),
      ...(run.application?.applicationId ? [`Spark application: ${run.application.applicationId}`] : []),
      ...(run.notebook === null ? [] : [`Executed notebook: ${run.notebook}`]),
    ].join('\n'),
  );
}
