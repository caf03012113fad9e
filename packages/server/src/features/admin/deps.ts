import type { PartHealth, SettingInEffect, System } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { ProjectBus } from '../../http/project-events.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { TreeUse } from '../../lib/process-use.ts';
import type { ProcessIdentity } from '../../lib/process.ts';
import type { EdgeState } from '../metrics/index.ts';
import type { RunningPart } from '../projects/index.ts';
import type { MachineMeter } from './machine.ts';

/** A finding of the doctor. */
type Finding = Pick<PartHealth, 'about' | 'state' | 'text'> & { readonly todo?: string };

/** What the administrators' area is built from. */
export type AdminDeps = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: ProjectBus;
  /** what runs things for people */
  readonly parts: readonly RunningPart[];
  /** What trees of processes take, by the pids of their roots. */
  useOf(roots: readonly ProcessIdentity[]): ReadonlyMap<number, TreeUse>;
  /** Makes a meter of the machine. */
  newMeter(): MachineMeter;
  /** The edges that have reported lately. */
  edges(): readonly EdgeState[];
  /** What the doctor says of a platform that runs. */
  examine(): AsyncIterable<Finding>;
  /** what everybody is told of the platform */
  readonly notices: System['notices'];
  /** The names of projects whose last environment could not be made. */
  failedBuilds(): Promise<readonly string[]>;
  readonly settings: { readonly file: string; readonly items: readonly SettingInEffect[] };
  readonly version: string;
};
