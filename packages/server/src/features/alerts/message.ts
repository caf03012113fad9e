import type { AlertDelivery } from '@emberlab/contract';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import type { JobEvent } from './model.ts';

/** What a webhook gets; e-mail says the same in words. */
export type AlertMessage = {
  readonly type: `job.${JobEvent['event']}` | 'alert.test';
  /** when it came to pass */
  readonly timestamp: string;
  readonly data: {
    readonly project: { readonly name: string; readonly label: string };
    readonly job: { readonly id: number; readonly name: string } | null;
    readonly execution: {
      readonly id: number;
      readonly state: string;
      readonly reason: string | null;
      readonly startedAt: string | null;
      readonly endedAt: string | null;
    } | null;
    readonly url: string;
  };
};

type Project = { readonly name: string; readonly label: string };

/** A reason that is longer is cut. */
const mostReason = 2000;

export function jobMessage(event: JobEvent, project: Project, origin: string, now: number): AlertMessage {
  const { job, execution } = event;
  return {
    type: `job.${event.event}`,
    timestamp: toInstant(event.event === 'slow' ? now : (execution.endedAt ?? now)),
    data: {
      project,
      job: { id: job.id, name: job.name },
      execution: {
        id: execution.id,
        state: execution.state,
        reason: execution.reason?.slice(0, mostReason) ?? null,
        startedAt: toInstantOrNull(execution.startedAt),
        endedAt: toInstantOrNull(execution.endedAt),
      },
      url: `${origin}/projects/${project.name}/jobs/runs/${execution.id}`,
    },
  };
}

export const testMessage = (project: Project, origin: string, now: number): AlertMessage => ({
  type: 'alert.test',
  timestamp: toInstant(now),
  data: { project, job: null, execution: null, url: `${origin}/projects/${project.name}/settings/alerts` },
});

const happened: Readonly<Record<Exclude<AlertDelivery['event'], 'test'>, string>> = {
  failed: 'has failed',
  succeeded: 'has succeeded',
  stopped: 'was stopped',
  slow: 'is taking long',
};

/** A text as one line: what stands in a header can't begin another one. */
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();

/** The same as an e-mail of plain text. */
export function mailOf({ type, data }: AlertMessage, receiver: string): { subject: string; text: string } {
  const { project, job, execution } = data;
  const footer = [
    '',
    '-- ',
    `You get this as "${oneLine(receiver)}" in the project ${project.name}.`,
    'Its owners choose who is told what, under Project settings, Alerts.',
    '',
  ];
  if (job === null || execution === null) {
    const text = [`This is a test: alerts of the project ${oneLine(project.label)} reach you.`, data.url, ...footer];
    return { subject: `[Emberlab] ${project.name}: a test`, text: text.join('\n') };
  }
  const name = oneLine(job.name);
  const words = happened[type.slice('job.'.length) as keyof typeof happened];
  const text = [
    `The job ${name} of the project ${oneLine(project.label)} ${words}.`,
    ...(execution.reason === null ? [] : ['', execution.reason]),
    '',
    `Run:      ${execution.id}`,
    ...(execution.startedAt === null ? [] : [`Started:  ${execution.startedAt}`]),
    ...(execution.endedAt === null ? [] : [`Ended:    ${execution.endedAt}`]),
    '',
    data.url,
    ...footer,
  ];
  return { subject: `[Emberlab] ${project.name}: ${name} ${words}`, text: text.join('\n') };
}
