import { mkdir, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError } from '../../../engines/engine.ts';
import { createRig, type Rig } from '../testing/rig.ts';

const page = 'http://worker:8081/logPage/?logType=stderr';
const executor = {
  id: '0',
  host: 'worker:7078',
  active: true,
  cores: 2,
  memoryUsedBytes: 1,
  memoryTotalBytes: 2,
  activeTasks: 0,
  completedTasks: 3,
  failedTasks: 1,
  addedAt: null,
  removedAt: null,
  removeReason: null,
  logs: ['stderr'],
};
const asked = (name: string, where: string | null = null) => ({
  executor: name,
  stream: 'stderr' as const,
  page: where,
  wish: { from: null, size: 1000, follow: false },
  ended: () => true,
  signal: new AbortController().signal,
});

/** A session of a run's notebook, whose run has a row. */
async function running(rig: Rig) {
  const job = {
    id: 1,
    project_id: rig.projectId,
    owner_id: rig.ada.id,
    name: 'n',
    name_key: 'n',
    type: 'pyspark' as const,
  };
  const rest = {
    program: 'n.ipynb',
    arguments_json: '[]',
    parameters_json: '{}',
    configuration_json: '{}',
    policy_json: '{}',
  };
  await rig.db
    .insertInto('jobs')
    .values({ ...job, ...rest, main_class: null, created_at: 0, updated_at: 0 })
    .execute();
  await rig.db
    .insertInto('executions')
    .values({
      id: 5,
      project_id: rig.projectId,
      job_id: 1,
      user_id: rig.ada.id,
      key: 'k',
      state: 'running',
      stop_reason: null,
      stop_note: null,
      frozen_json: '{}',
      trigger_json: '{}',
      attempt: 1,
      logical_at: null,
      window_start: null,
      window_end: null,
      revision: 1,
      timeline_json: '[]',
      application_id: null,
      notebook: null,
      reason: null,
      created_at: 0,
      not_before: 0,
      started_at: 0,
      ended_at: null,
      announced_at: null,
    })
    .execute();
  return rig.idle({}, { ...rig.ada, email: `${rig.ada.email}@run:5` });
}

test('the session of a run’s notebook tells its run how far it is, and its executors with their logs', async () => {
  await using rig = await createRig();
  const { notebooks } = rig.sessions;
  expect([await notebooks.of(5), await notebooks.look(5), await notebooks.openUi(5, rig.ada.id)]).toEqual([
    null,
    null,
    null,
  ]);
  const { id, agent } = await running(rig);
  const shown = { id, applicationId: 'local-1', uiAvailable: true };
  expect(await notebooks.of(5)).toEqual(shown);
  // Of a list's page they are asked for together.
  expect(await notebooks.ofAll([4, 5])).toEqual(new Map([[5, shown]]));
  const now = { executors: 1, cores: 2, memoryUsedBytes: 1, memoryTotalBytes: 2 };
  const activeJob = { id: 3, description: 'count', completedTasks: 1, totalTasks: 4 };
  const told = rig.until((session) => session.metrics?.activeJob?.id === 3);
  agent.say({ type: 'metrics', ...now, activeJob });
  await told;
  const looking = notebooks.look(5);
  const { request } = await agent.heard('ask', ({ what }) => what === 'executors');
  agent.say({ type: 'answer', request, value: [{ ...executor, pages: { stderr: page } }] });
  expect(await looking).toEqual({
    uiAvailable: true,
    metrics: { ...now, activeJob },
    progress: 0.25,
    sample: null,
    executors: [{ ...executor, pages: { stderr: page } }],
  });
  // While it runs its agent reads the logs.
  const reading = notebooks.executorLog(5, asked('0', page));
  const question = await agent.heard('ask', ({ what }) => what === 'executorLog');
  agent.say({ type: 'answer', request: question.request, value: { text: 'said', from: 0, to: 4, total: 4 } });
  expect(await text((await reading).text)).toBe('said');
  expect(rig.fake.asked).toEqual([]);
  expect(await notebooks.openUi(5, rig.ada.id)).toEqual({ targetId: expect.any(String), path: '/' });
});

test('it is there as long as its run, with its logs and its Spark UI', async () => {
  await using rig = await createRig({ limits: { keptMs: 60_000 } });
  const { notebooks } = rig.sessions;
  const { id } = await running(rig);
  const { stderr } = rig.deps.engine.logs(id);
  await mkdir(dirname(stderr), { recursive: true });
  await writeFile(stderr, 'said by the driver');
  await notebooks.stop(5);
  // Its agent is asked first, and has a while for it.
  await rig.pass(10_000);
  await rig.until((session) => session.id === id && session.endedAt !== null);
  await rig.pass(130_000);
  expect(await notebooks.of(5)).toMatchObject({ id });
  expect(await text((await notebooks.executorLog(5, asked('driver'))).text)).toBe('said by the driver');
  // Its workers are asked as whose it is.
  rig.fake.answerAsWorker({ text: 'kept', from: 0, to: 4, total: 4 });
  expect(await text((await notebooks.executorLog(5, asked('0', page))).text)).toBe('kept');
  const owner = { projectId: rig.projectId, userId: rig.ada.id };
  expect(rig.fake.asked).toMatchObject([
    { owner, executor: '0', stream: 'stderr', page, projectFolder: rig.projectFolder },
  ]);
  const failure = async (name: string, where: string | null) =>
    notebooks.executorLog(5, asked(name, where)).catch((error: Error) => error.message);
  expect(await failure('7', null)).toContain('there is no such executor');
  rig.fake.answerAsWorker(new EngineError('The worker is gone.'));
  expect(await failure('0', page)).toBe('The worker is gone.');
  rig.fake.answerAsWorker({ text: 'x', from: 9, to: 4, total: 4 });
  expect(await failure('0', page)).toContain('did not answer as Spark’s workers do');

  await rig.db.deleteFrom('executions').execute();
  await rig.pass(130_000);
  expect(await notebooks.of(5)).toBeNull();
});
