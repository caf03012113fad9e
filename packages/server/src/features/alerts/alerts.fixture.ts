import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertDelivery, AlertReceiver, AlertRule, ReceiverWithSecret } from '@emberlab/contract';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, testOrigin, type TestApp } from '../../testing/app.ts';
import { createAlerts, type Alerts, type AlertsDeps } from './index.ts';
import type { EndedRun } from './model.ts';

const minute = 60_000;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type Who = 'ada' | 'bob' | 'vic' | 'sam';

export type AlertsRig = Awaited<ReturnType<typeof alertsRig>>;

/** The project `demo` of Ada (owner), Bob (editor) and Vic (viewer), with alerts as the platform builds them; Sam is a stranger. It has the jobs 1 and 2. */
export async function alertsRig(options: { allow?: readonly string[]; mail?: AlertsDeps['config']['mail'] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-alerts-'));
  // Who checks signatures looks at the real clock.
  const clock = fakeClock(Date.now());
  const kit: TestApp = await testApp({ clock, projectsFolder: folder });
  const deps: AlertsDeps = {
    db: kit.db,
    clock,
    bus: kit.bus,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    config: {
      mail: options.mail ?? null,
      alertsAllowed: options.allow ?? ['127.0.0.1'],
      publicOrigin: testOrigin,
      paths: { secretsKey: join(folder, 'secrets.key') },
    },
    version: '1.2.3',
    random: () => 0,
  };
  const alerts = createAlerts(deps);
  alerts.registerRoutes(kit.router);
  const cookies = new Map<Who, string>();
  for (const name of ['ada', 'bob', 'vic', 'sam'] as const) {
    const account = { email: `${name}@example.org`, password: 'correct horse battery' };
    await kit.users.service.create({ ...account, name, admin: false });
    const answer = await kit.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: account });
    cookies.set(name, String(answer.headers['set-cookie']).split(';')[0] ?? '');
  }
  const call = async (as: Who, method: Method, path: string, payload?: object) => {
    const request = { method, url: `/api/v1${path}`, headers: { cookie: cookies.get(as) ?? '' } };
    const answer = await kit.app.inject(payload === undefined ? request : { ...request, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  await call('ada', 'POST', '/projects', { name: 'demo', label: 'Demo' });
  for (const [name, role] of [
    ['bob', 'editor'],
    ['vic', 'viewer'],
  ]) {
    await call('ada', 'PUT', `/projects/demo/members/${name}@example.org`, { role });
  }
  const { id: projectId } = await kit.db
    .selectFrom('projects')
    .select('id')
    .where('name', '=', 'demo')
    .executeTakeFirstOrThrow();

  const owner = await kit.users.service.findByEmail('ada@example.org');
  const userId = owner?.id ?? '';
  const names = ['nightly', 'hourly'] as const;
  for (const [index, name] of names.entries()) {
    await kit.db
      .insertInto('jobs')
      .values({
        id: index + 1,
        project_id: projectId,
        owner_id: userId,
        name,
        name_key: name,
        type: 'python',
        program: 'job.py',
        main_class: null,
        arguments_json: '[]',
        parameters_json: '{}',
        configuration_json: '{}',
        policy_json: '{}',
        created_at: 0,
        updated_at: 0,
      })
      .execute();
  }

  const ask = (as: Who, method: Method, path: string, payload?: object) =>
    call(as, method, `/projects/demo${path}`, payload);
  return {
    kit,
    clock,
    alerts,
    projectId,
    /** what seals addresses and secrets */
    keyFile: deps.config.paths.secretsKey,
    ask,
    call,
    /** Another control plane on the same database. */
    another: (db: AlertsDeps['db'] = kit.db): Alerts => createAlerts({ ...deps, db }),
    addHook: async (url: string, name = 'hook') =>
      (await ask('ada', 'POST', '/alerts/receivers', { type: 'webhook', name, url })).body as ReceiverWithSecret,
    addMail: async (addresses: readonly string[], name = 'mail') =>
      (await ask('ada', 'POST', '/alerts/receivers', { type: 'email', name, addresses })).body as ReceiverWithSecret,
    setRules: (rules: readonly Partial<AlertRule>[]) => ask('ada', 'PUT', '/alerts/rules', { rules }),
    /** A run that has ended, as jobs tell of it. */
    run: (id: number, state: EndedRun['state'] = 'failed', job: 1 | 2 = 1): EndedRun => ({
      id,
      project: { id: projectId },
      jobId: job,
      frozen: { name: names[job - 1] ?? '' },
      state,
      reason: state === 'failed' ? 'The program ended with 1.' : null,
      startedAt: clock.now() - 5 * minute,
      endedAt: clock.now(),
    }),
    /** Has a run of a job be running from now on. */
    begin: async (id: number, job: 1 | 2) => {
      await kit.db
        .insertInto('executions')
        .values({
          id,
          project_id: projectId,
          job_id: job,
          user_id: userId,
          key: String(id),
          state: 'running',
          stop_reason: null,
          stop_note: null,
          frozen_json: '{}',
          trigger_json: '{}',
          attempt: 1,
          logical_at: null,
          window_start: null,
          window_end: null,
          revision: null,
          timeline_json: '[]',
          application_id: null,
          notebook: null,
          reason: null,
          created_at: clock.now(),
          not_before: 0,
          started_at: clock.now(),
          ended_at: null,
          announced_at: null,
        })
        .execute();
    },
    deliveries: async (query = '') =>
      (await ask('ada', 'GET', `/alerts/deliveries${query}`)).body.items as AlertDelivery[],
    receivers: async (as: Who = 'ada') => (await ask(as, 'GET', '/alerts/receivers')).body.items as AlertReceiver[],
    async [Symbol.asyncDispose]() {
      await alerts.close();
      await kit[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
