import type { ProjectEvent } from '@emberlab/contract';
import { openEventStream, readKinds, type StreamOptions, type StreamStatus } from './event-stream.ts';

export type LiveStatus = StreamStatus;

/** Keeps a project's event stream open until the returned function is called. */
export const openLive = (options: Omit<StreamOptions<ProjectEvent>, 'read'>): (() => void) =>
  openEventStream({ ...options, read: readEvent });

/** All that there are, held to the contract by their type. */
const kinds: Readonly<Record<ProjectEvent['type'], true>> = {
  project: true,
  announcements: true,
  server: true,
  environment: true,
  'environment-operation': true,
  'configuration-defaults': true,
  session: true,
  sessions: true,
  batch: true,
  batches: true,
  alerts: true,
  'session-measured': true,
  jobs: true,
  job: true,
  'job-removed': true,
  execution: true,
  'execution-removed': true,
  notebooks: true,
};
const readEvent = readKinds<ProjectEvent>(kinds);
