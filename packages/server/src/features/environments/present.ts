import type { Revision } from '@emberlab/contract';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import type { RevisionRecord } from './store.ts';

/** A revision as the contract has it. */
export const presentRevision = (record: RevisionRecord): Revision => ({
  id: record.id,
  number: record.number,
  state: record.state,
  step: record.step,
  progress: record.progress,
  problem: record.problem,
  pythonVersion: record.pythonVersion,
  packages: record.packages,
  createdAt: toInstant(record.createdAt),
  readyAt: toInstantOrNull(record.readyAt),
});
