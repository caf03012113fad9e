import { z } from 'zod';
import { platformEvent } from './schemas/announcements.ts';
import { batch } from './schemas/batches.ts';
import { configurationDefaults } from './schemas/configuration.ts';
import { environmentOperation } from './schemas/environment-operations.ts';
import { environment } from './schemas/environments.ts';
import { notebookNews } from './schemas/notebooks.ts';
import { execution } from './jobs/execution.ts';
import { job } from './jobs/job.ts';
import { server } from './schemas/servers.ts';
import { session } from './schemas/sessions.ts';

/**
 * Events of a project's stream (`GET /projects/{project}/events`, server-sent). Each carries the whole resource, so that one that was missed
 * costs nothing: the stream begins with the present state of all of them. Runs of notebooks and of jobs are too many for that: the stream begins with the
 * word to ask for them. What was measured of a session is asked for as well, after each word of something new. Of changes to the environment the stream begins
 * with those that wait or are being made.
 */
export const projectEvent = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal('project') })
    .meta({ description: 'the project or who is in it has changed: ask for it again' }),
  platformEvent,
  z.object({ type: z.literal('server'), server }),
  z.object({ type: z.literal('environment'), environment }),
  z.object({ type: z.literal('environment-operation'), operation: environmentOperation }),
  z.object({ type: z.literal('configuration-defaults'), defaults: configurationDefaults }),
  z.object({ type: z.literal('session'), session }),
  z.object({ type: z.literal('sessions'), sessions: z.array(session) }),
  z.object({ type: z.literal('batch'), batch }),
  z.object({ type: z.literal('batches'), batches: z.array(batch) }),
  z
    .object({ type: z.literal('alerts') })
    .meta({ description: 'receivers, rules or deliveries have changed: ask again' }),
  z.object({ type: z.literal('session-measured'), id: z.number().int() }),
  z.object({ type: z.literal('jobs') }).meta({ description: 'jobs and runs may have changed: ask for them again' }),
  z.object({ type: z.literal('job'), job }),
  z.object({ type: z.literal('job-removed'), id: z.number().int() }),
  z.object({ type: z.literal('execution'), execution }),
  z.object({ type: z.literal('execution-removed'), id: z.number().int() }),
  z.object({
    type: z.literal('notebooks'),
    runs: z.array(notebookNews).nullable().meta({ description: 'new or changed; null: whatever there is' }),
  }),
]);
export type ProjectEvent = z.infer<typeof projectEvent>;
