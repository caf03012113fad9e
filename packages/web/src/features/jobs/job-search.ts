import { executionStates, jobSorts, jobTypes, type ExecutionState, type JobType } from '@emberlab/contract';
import type { JobsAsked, RunsAsked } from '../../lib/job-queries.ts';
import { oneOf, textOf } from '../../lib/read-search.ts';
import type { Sorting } from '../../ui/sort-button.tsx';

export type JobSortKey = (typeof jobSorts)[number];

/** What the list of jobs shows, as it stands in the address; what is missing is as usual. */
export type JobSearch = Sorting<JobSortKey> & {
  q?: string | undefined;
  type?: JobType | undefined;
  /** of the last run */
  state?: ExecutionState | undefined;
  /** e-mail address, or `me` */
  owner?: string | undefined;
  running?: true | undefined;
};

/** Reads an address that may have been written by hand. */
export function readJobSearch(search: Record<string, unknown>): JobSearch {
  return {
    q: textOf(search.q),
    type: oneOf(jobTypes, search.type),
    state: oneOf(executionStates, search.state),
    owner: textOf(search.owner),
    running: search.running === true ? true : undefined,
    sort: oneOf(jobSorts, search.sort),
    reverse: search.reverse === true ? true : undefined,
  };
}

/** Newest first is what people mean by a time. */
const byTime: ReadonlySet<JobSortKey> = new Set(['lastRun', 'created', 'updated']);

/** The same as the API asks for it. */
export function toJobsAsked({ q, type, state, owner, running, sort = 'name', reverse }: JobSearch): JobsAsked {
  const descending = byTime.has(sort) !== (reverse === true);
  return { search: q, type, state, owner, running: running && '1', sort, order: descending ? 'desc' : 'asc' };
}

export const isFiltered = ({ q, type, state, owner, running }: JobSearch): boolean =>
  [q, type, state, owner, running].some((part) => part !== undefined);

export const runFilters = ['live', 'ended', ...executionStates] as const;

/** Which runs the page of a job shows; days are those of the reader's own zone. */
export type RunSearch = {
  state?: (typeof runFilters)[number] | undefined;
  from?: string | undefined;
  until?: string | undefined;
};

const dayOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

export const readRunSearch = (search: Record<string, unknown>): RunSearch => ({
  state: oneOf(runFilters, search.state),
  from: dayOf(search.from),
  until: dayOf(search.until),
});

/** The same as the API asks for it. */
export function toRunsAsked(job: number, { state, from, until }: RunSearch): RunsAsked {
  const begin = from === undefined ? undefined : new Date(`${from}T00:00:00`).toISOString();
  const end = until === undefined ? undefined : new Date(`${until}T23:59:59.999`).toISOString();
  return { job: String(job), state, from: begin, until: end };
}

/** What a new job is made of: a program, and perhaps the run of a notebook whose configuration it takes along, `last`: its newest. */
export type NewJobSearch = { program?: string | undefined; run?: string | undefined };

export const readNewJobSearch = (search: Record<string, unknown>): NewJobSearch => ({
  program: typeof search.program === 'string' && search.program !== '' ? search.program.slice(0, 1000) : undefined,
  run: textOf(search.run),
});
