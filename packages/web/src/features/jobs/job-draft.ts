import {
  configurationTypeOf,
  isNotebook,
  jobPolicy,
  newJobBody,
  type Configuration,
  type Inspection,
  type Job,
  type JobType,
  type NewJobBody,
  type NotebookParameter,
} from '@emberlab/contract';
import { readNumber, toDraft, type Draft, type NumberDraft } from '../configurations/draft.ts';
import { fromLines, toLines } from './argument-lines.ts';
import { readParametersDraft, toParametersDraft, type ParametersDraft } from './parameter-draft.ts';

export type PolicyDraft = {
  readonly retries: NumberDraft;
  readonly retryDelaySeconds: NumberDraft;
  /** empty: as long as it likes */
  readonly timeLimitMinutes: NumberDraft;
  readonly concurrentRuns: boolean;
};

/** A job while it is edited. */
export type JobDraft = {
  readonly name: string;
  readonly program: string;
  readonly type: JobType;
  readonly mainClass: string;
  /** one a line */
  readonly arguments: string;
  readonly parameters: ParametersDraft;
  readonly policy: PolicyDraft;
  readonly configuration: Draft;
};

const policyDraft = ({ timeLimitMinutes, ...policy }: Job['policy']): PolicyDraft => ({
  ...policy,
  timeLimitMinutes: timeLimitMinutes ?? '',
});

/** A configuration to edit, of the type that the job needs. */
const configurationDraft = (configuration: Configuration, type: JobType): Draft => ({
  ...toDraft(configuration),
  // What a server ran in is not where jobs run.
  profile: null,
  type: configurationTypeOf(type),
});

/** What the form of a new job begins with. `configuration`: what it takes along from elsewhere. */
export function draftOfProgram(found: Inspection, configuration: Configuration | null): JobDraft {
  const type = found.type ?? found.types[0] ?? 'pyspark';
  return {
    name: found.name,
    program: found.program,
    type,
    mainClass: found.mainClass ?? '',
    arguments: '',
    parameters: toParametersDraft(found.parameters, {}),
    policy: policyDraft(jobPolicy.parse({})),
    configuration: configurationDraft(configuration ?? found.configuration, type),
  };
}

export const draftOfJob = (job: Job, known: readonly NotebookParameter[]): JobDraft => ({
  name: job.name,
  program: job.program,
  type: job.type,
  mainClass: job.mainClass ?? '',
  arguments: toLines(job.arguments),
  parameters: toParametersDraft(known, job.parameters),
  policy: policyDraft(job.policy),
  configuration: configurationDraft(job.configuration, job.type),
});

/** The same for another program: what it is called and how it runs stays, what belongs to the program goes by the new one. */
export function withProgram(draft: JobDraft, found: Inspection): JobDraft {
  const type = found.types.includes(draft.type) ? draft.type : (found.type ?? draft.type);
  const kept = readParametersDraft(draft.parameters).parameters ?? {};
  return {
    ...draft,
    program: found.program,
    type,
    mainClass: found.mainClass ?? '',
    parameters: toParametersDraft(found.parameters, isNotebook(found.program) ? kept : {}),
    configuration: { ...draft.configuration, type: configurationTypeOf(type) },
  };
}

export type ReadJobDraft = {
  /** null: something is wrong with it */
  readonly body: Required<NewJobBody> | null;
  /** by the field's path, as the server names it */
  readonly errors: Readonly<Record<string, string>>;
  readonly parameterProblems: Readonly<Record<string, string>>;
};

/** What a draft says, and what is wrong with it. `configuration` is that of the form, which is checked by itself. */
export function readJobDraft(draft: JobDraft, configuration: Configuration | null): ReadJobDraft {
  const notebook = isNotebook(draft.program);
  const { parameters, problems } = notebook ? readParametersDraft(draft.parameters) : { parameters: {}, problems: {} };
  const { retries, retryDelaySeconds, timeLimitMinutes, concurrentRuns } = draft.policy;
  const limit = readNumber(timeLimitMinutes);
  const body = {
    name: draft.name,
    program: draft.program,
    type: draft.type,
    mainClass: draft.mainClass.trim() === '' ? null : draft.mainClass,
    arguments: notebook ? [] : fromLines(draft.arguments),
    parameters: parameters ?? {},
    policy: {
      retries: readNumber(retries),
      retryDelaySeconds: readNumber(retryDelaySeconds),
      timeLimitMinutes: limit === '' ? null : limit,
      concurrentRuns,
    },
  };
  const read = newJobBody.omit({ configuration: true }).required().safeParse(body);
  const errors: Record<string, string> = {};
  for (const { path, message } of read.error?.issues ?? []) {
    const at = path[0] === 'policy' ? path.join('.') : String(path[0] ?? '');
    errors[at] ??= message;
  }
  const right = read.success && parameters !== null && configuration !== null;
  return { body: right ? { ...read.data, configuration } : null, errors, parameterProblems: problems };
}
