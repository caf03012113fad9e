import { projectEvent, type ProjectEvent } from '@emberlab/contract';
import { openEventStream, type StreamOptions, type StreamStatus } from './event-stream.ts';

export type LiveStatus = StreamStatus;

/** Keeps a project's event stream open until the returned function is called. */
export const openLive = (options: Omit<StreamOptions<ProjectEvent>, 'read'>): (() => void) =>
  openEventStream({ ...options, read: readEvent });

/** A newer server may send kinds of events that this page doesn't know; they are not for it. */
function readEvent(data: string): ProjectEvent | undefined {
  try {
    return projectEvent.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
