import type { Server, ServerState, StartStep } from '@emberlab/contract';
import type { Tone } from '../../ui/state-badge.tsx';

export const serverStateLabels: Readonly<Record<ServerState, string>> = {
  stopped: 'Stopped',
  queued: 'Queued',
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
  failed: 'Failed',
};

export const serverTones: Readonly<Record<ServerState, Tone>> = {
  stopped: 'off',
  queued: 'wait',
  starting: 'wait',
  running: 'ok',
  stopping: 'wait',
  failed: 'bad',
};

export const stepLabels: Readonly<Record<StartStep, string>> = {
  queue: 'Waiting for its turn',
  environment: 'Preparing the Python environment',
  process: 'Starting the process',
  scheduling: 'Finding a place in the cluster',
  preparing: 'Getting its image and volumes',
  answering: 'Waiting for Jupyter to answer',
};

/** Whether a server is on its way up. */
export function isStarting(server: Server): boolean {
  return server.state === 'queued' || server.state === 'starting';
}

/** Whether a process may be there, so that the configuration can't be changed. */
export function isUp(server: Server): boolean {
  return server.state !== 'stopped' && server.state !== 'failed';
}
