import { z } from 'zod';
import { projectSorts, runningGroupNames, runningKinds, runningSorts } from '../admin-lists.ts';
import { email, instant, lineText } from './primitives.ts';
import { projectName, projectState } from './projects.ts';

export const runningKind = z.enum(runningKinds);

/** `waiting`: for its turn · `starting` · `running` · `stopping`: it is to end. */
export const runningPhase = z.enum(['waiting', 'starting', 'running', 'stopping']);
export type RunningPhase = z.infer<typeof runningPhase>;

const processUse = z.object({
  memoryMb: z.number().int(),
  cores: z.number().meta({ description: 'cores that were busy for it on average, since it was looked at before' }),
});
export type ProcessUse = z.infer<typeof processUse>;

/** Something that runs, as administrators see it. Kind and id together name it. */
export const running = z.object({
  kind: runningKind,
  id: z.string(),
  title: z.string(),
  project: z.object({ name: z.string(), label: z.string() }),
  owner: z
    .object({ email: z.string(), name: z.string() })
    .nullable()
    .meta({ description: 'null: it is for all of its project' }),
  phase: runningPhase,
  state: z.string().meta({ description: 'a word of its own kind' }),
  since: instant,
  profile: z.string().nullable().meta({ description: 'of a server: the label of what it runs in; null: it has none' }),
  place: z.string().nullable().meta({ description: "host and port of the project's own Livy; null: on this machine" }),
  use: processUse.nullable().meta({ description: 'null: not known (yet), or elsewhere' }),
});
export type Running = z.infer<typeof running>;

/** What was stopped. */
export const stoppedList = z.object({ items: z.array(running) });

export const runningGroup = z.enum(runningGroupNames);

const pageLimit = z.coerce.number().int().min(1).max(500).default(100);
const reverse = z.enum(['true']).optional().meta({ description: 'the other way round' });

export const runningQuery = z.object({
  search: z.string().max(200).optional().meta({ description: 'part of a title, id, name or e-mail address' }),
  group: runningGroup.optional(),
  owner: z.string().max(320).optional().meta({ description: 'an e-mail address' }),
  project: z.string().max(100).optional().meta({ description: 'the name of a project' }),
  sort: z.enum(runningSorts).default('since').meta({ description: 'use: the most first; else from the beginning' }),
  reverse,
  limit: pageLimit,
});
export type RunningQuery = z.infer<typeof runningQuery>;

/** How many run of each kind, and what they take together; kinds of which there is none are absent. */
export const runningSum = z.object({
  kinds: z.partialRecord(runningKind, z.number().int()),
  memoryMb: z.number().int(),
  cores: z.number(),
});
export type RunningSum = z.infer<typeof runningSum>;

export const runningList = z.object({
  items: z.array(running),
  total: z.number().int().meta({ description: 'how many there are of what was asked for' }),
  whose: runningSum.meta({ description: 'all of the owner and the project that were named, or of everybody' }),
});
export type RunningList = z.infer<typeof runningList>;

const byteCount = z.number().min(0);
const coreCount = z.number().min(0);
const count = z.number().int().min(0);

/** How the machine did at a moment, and what servers and Spark took of it. */
export const machineSample = z.object({
  cores: count,
  coresBusy: coreCount.meta({ description: 'on average since the sample before' }),
  memoryTotalBytes: byteCount,
  memoryUsedBytes: byteCount.meta({ description: 'what could not be had at once for something else' }),
  diskTotalBytes: byteCount.meta({ description: 'of the disk with the data folder' }),
  diskUsedBytes: byteCount,
  serversMemoryBytes: byteCount.meta({ description: 'of Jupyter servers with their kernels' }),
  serversCores: coreCount,
  sparkMemoryBytes: byteCount.meta({ description: 'of Spark drivers of every kind' }),
  sparkCores: coreCount,
  servers: count.meta({ description: 'Jupyter servers that run' }),
  spark: count.meta({ description: 'Spark sessions and batches that run' }),
  builds: count.meta({ description: 'environments that are being made' }),
  waiting: count.meta({ description: 'whatever waits for its turn' }),
});
export type MachineSample = z.infer<typeof machineSample>;

export const machinePoint = machineSample.extend({ at: instant });
export type MachinePoint = z.infer<typeof machinePoint>;

export const machineQuery = z.object({
  hours: z.enum(['1', '6', '24']).default('6').meta({ description: 'how far back; older times are told less finely' }),
});
export const machineHistory = z.object({ now: machinePoint, points: z.array(machinePoint) });
export type MachineHistory = z.infer<typeof machineHistory>;

/** How a part of the platform is. `warning`: it works, with something missing; `problem`: it does not. */
export const partHealth = z.object({
  about: z.string(),
  state: z.enum(['ok', 'warning', 'problem']),
  text: z.string(),
  todo: z.string().nullable().meta({ description: 'what to do about it' }),
});
export type PartHealth = z.infer<typeof partHealth>;
export const health = z.object({ at: instant, parts: z.array(partHealth) });
export type Health = z.infer<typeof health>;

/** A project, whoever its members are. */
export const projectOverview = z.object({
  name: z.string(),
  label: z.string(),
  state: projectState,
  owners: z.array(z.string()).meta({ description: 'their e-mail addresses' }),
  members: count,
  createdAt: instant,
  lastActivityAt: instant,
  running: runningSum,
});
export type ProjectOverview = z.infer<typeof projectOverview>;

export const projectsQuery = z.object({
  search: z.string().max(200).optional().meta({ description: "part of a name, or of an owner's e-mail address" }),
  show: z.enum(['active', 'archived']).optional(),
  sort: z
    .enum(projectSorts)
    .default('used')
    .meta({ description: 'by name from the beginning; else the most, or the last used, first' }),
  reverse,
  limit: pageLimit,
});
export type ProjectsQuery = z.infer<typeof projectsQuery>;

export const projectOverviews = z.object({
  items: z.array(projectOverview),
  total: count.meta({ description: 'how many there are of what was asked for' }),
});

/** A setting as it counts now. */
export const settingInEffect = z.object({
  name: z.string(),
  value: z.string().nullable().meta({ description: 'null: not set, or a secret' }),
  source: z.enum(['default', 'file', 'environment', 'argument']),
  secret: z.boolean().meta({ description: 'its value is told to nobody' }),
  description: z.string(),
});
export type SettingInEffect = z.infer<typeof settingInEffect>;
export const settingsInEffect = z.object({
  file: z.string().meta({ description: 'where settings can be written down' }),
  items: z.array(settingInEffect),
});
export type SettingsInEffect = z.infer<typeof settingsInEffect>;

/** Why something is stopped, for whose it is. */
export const stopNote = lineText(300, 'Please say why: whoever uses it reads this.');

export const stopBody = z.object({ reason: stopNote });

/** All that runs for somebody, or in a project. */
export const stopAllBody = z
  .object({ user: email.optional(), project: projectName.optional(), reason: stopNote })
  .refine(({ user, project }) => (user === undefined) !== (project === undefined), 'Please name a user or a project.');

/** What administrators' pages are told while they are open: that something which runs is another or otherwise now, and how the machine does. */
export const adminEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('running'),
    digest: z.string().meta({ description: 'of all that runs: as long as it is the same, nothing has changed' }),
  }),
  z.object({ type: z.literal('machine'), now: machinePoint }),
]);
export type AdminEvent = z.infer<typeof adminEvent>;
