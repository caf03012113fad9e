import { z } from 'zod';

/**
 * `queued`: waits for its turn · `preparing`: its files and environment are looked at · `starting`: its process is to come up or does so · `running`: it
 * runs · `stopping`: it is to end · `succeeded`: its program ended as it should · `failed`: it ended otherwise, could not be started or took too long ·
 * `stopped`: it was ended on somebody's wish · `lost`: its process is gone and nobody knows how it ended.
 */
export const executionStates = [
  'queued',
  'preparing',
  'starting',
  'running',
  'stopping',
  'succeeded',
  'failed',
  'stopped',
  'lost',
] as const;
export const executionState = z.enum(executionStates);
export type ExecutionState = z.infer<typeof executionState>;

/** States of a run that has not ended. */
export const liveExecutionStates = [
  'queued',
  'preparing',
  'starting',
  'running',
  'stopping',
] as const satisfies readonly ExecutionState[];
