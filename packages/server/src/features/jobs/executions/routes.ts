import { liveExecutionStates, executionStates, type ExecutionState } from '@emberlab/contract';
import type { Router } from '../../../http/router.ts';
import { sendText } from '../../../http/text-stream.ts';
import type { Clock } from '../../../lib/clock.ts';
import { maxLogBytes } from '../../sessions/index.ts';
import { viewerOf } from '../routes.ts';
import type { RunnerOf } from '../runners/choose.ts';
import type { JobService } from '../service.ts';
import { runLog } from './log.ts';
import type { ExecutionService } from './service.ts';

const dayMs = 86_400_000;
const isDay = (time: string): boolean => /^\d{4}-\d\d-\d\d$/.test(time);

const live: readonly ExecutionState[] = liveExecutionStates;
const statesOf = (asked: ExecutionState | 'live' | 'ended'): readonly ExecutionState[] => {
  if (asked === 'live') return live;
  return asked === 'ended' ? executionStates.filter((state) => !live.includes(state)) : [asked];
};

/** The API's routes for runs. */
export function registerExecutionRoutes(
  router: Router,
  parts: { jobs: JobService; service: ExecutionService; runnerOf: RunnerOf; clock: Clock },
): void {
  const { jobs, service } = parts;

  router.handle('jobs.run', async ({ params, body, actor, membership, reply }) => {
    const job = await jobs.find(membership.project.id, params.id);
    const run = await service.run(job, viewerOf(actor, membership), {
      ...body,
      key: body.key,
      trigger: { kind: actor.loginDigest === null ? 'api' : 'manual' },
    });
    void reply.header('location', `/api/v1/projects/${membership.project.name}/executions/${run.id}`);
    return run;
  });

  router.handle('executions.list', async ({ query, actor, membership }) => {
    const { from, until, state, startedBy } = query;
    return service.list(membership.project.id, viewerOf(actor, membership), {
      jobId: query.job,
      states: state === undefined ? undefined : statesOf(state),
      from: from === undefined ? undefined : Date.parse(from),
      // A moment counts as well.
      until: until === undefined ? undefined : Date.parse(until) + (isDay(until) ? dayMs : 1),
      startedBy: startedBy === 'me' ? actor.user.email : startedBy?.toLowerCase(),
      order: query.order,
      after: query.cursor === undefined ? null : Number(query.cursor),
      limit: query.limit,
    });
  });

  router.handle('executions.get', async ({ params, actor, membership }) =>
    service.get(membership.project.id, viewerOf(actor, membership), params.id),
  );

  router.handle('executions.stop', async ({ params, actor, membership }) =>
    service.stop(membership.project.id, viewerOf(actor, membership), params.id),
  );

  router.handle('executions.remove', async ({ params, actor, membership }) => {
    await service.remove(membership.project.id, viewerOf(actor, membership), params.id);
    return {};
  });

  router.handle('executions.log', async ({ params, query, membership, reply, streamEnded: signal }) => {
    const run = await service.find(membership.project.id, params.id);
    const follow = query.follow === '1';
    const find = () => service.findById(run.id);
    const text = runLog(run, { runner: parts.runnerOf(run), find, clock: parts.clock, follow, signal });
    return sendText(reply, text, { follow });
  });

  router.handle('executions.openUi', async ({ params, actor, membership }) => ({
    url: await service.openUi(membership.project.id, viewerOf(actor, membership), actor, params.id),
  }));

  router.handle('executions.metrics', async ({ params, query, membership }) =>
    service.metrics(membership.project.id, params.id, query.since === undefined ? -1 : Date.parse(query.since)),
  );

  router.handle('executions.executorLog', async ({ params, query, membership, reply, streamEnded: signal }) => {
    const follow = query.follow === '1';
    const log = await service.executorLog(membership.project.id, params.id, {
      executor: params.executor,
      stream: query.stream ?? 'stderr',
      wish: { from: query.from ?? null, size: query.size ?? maxLogBytes, follow },
      signal,
    });
    reply.header('emberlab-log-from', log.from).header('emberlab-log-bytes', log.total);
    return sendText(reply, log.text, { follow });
  });

  router.handle('executions.executors', async ({ params, membership }) =>
    service.executors(membership.project.id, params.id),
  );
}
