import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routePath, routes, routeScopes, type Role, type RouteName, type RouteShape } from '@emberlab/contract';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { testApp, testOrigin, type TestApp } from '../testing/app.ts';
import { createApp } from './app.ts';
import { HttpError } from './errors.ts';
import { createRouter } from './router.ts';

/** Who may call what, written down a second time: a route that stands in none of these lists, or in another one than its own, fails here. */
const rules: Record<'anyone' | 'user' | 'administrator' | Role, readonly RouteName[]> = {
  anyone: [
    'auth.state',
    'auth.setUp',
    'auth.logIn',
    'auth.openId',
    'auth.openIdCallback',
    'auth.cli',
    'announcements.atLogin',
  ],
  user: [
    'auth.logOut',
    'me.get',
    'me.signIn',
    'me.tour',
    'me.setTour',
    'me.setPassword',
    'me.linkOpenId',
    'me.unlinkOpenId',
    'me.grantCli',
    'me.logins',
    'me.endLogin',
    'me.endOtherLogins',
    'me.tokens',
    'me.createToken',
    'me.deleteToken',
    'system.get',
    'projects.list',
    'projects.create',
    'invitations.show',
    'invitations.accept',
    'announcements.current',
    'announcements.events',
    'announcements.dismiss',
  ],
  administrator: [
    'admin.running',
    'admin.stop',
    'admin.stopAll',
    'admin.machine',
    'admin.health',
    'admin.projects',
    'admin.settings',
    'admin.events',
    'audit.list',
    'audit.export',
    'indexSettings.get',
    'indexSettings.set',
    'indexSettings.test',
    'serviceAccounts.list',
    'serviceAccounts.create',
    'serviceAccounts.remove',
    'serviceAccounts.tokens',
    'serviceAccounts.createToken',
    'serviceAccounts.deleteToken',
    'limits.defaults',
    'limits.setDefaults',
    'limits.users',
    'limits.setUser',
    'limits.projects',
    'limits.setProject',
    'engines.list',
    'profiles.list',
    'engines.setProjects',
    'announcements.list',
    'announcements.create',
    'announcements.change',
    'announcements.end',
    'people.list',
    'people.disable',
    'people.enable',
    'people.unlock',
    'people.setAdministrator',
  ],
  viewer: [
    'projects.get',
    'projects.members',
    'projects.leave',
    'projects.events',
    'limits.ofProject',
    'engines.capacity',
    'environment.get',
    'environment.log',
    'environment.libraries',
    'environment.findUpdates',
    'environment.conflicts',
    'environment.search',
    'environment.library',
    'environment.operations',
    'environment.operation',
    'environment.operationLog',
    'environment.revisions',
    'environment.export',
    'configuration.defaults',
    'configuration.place',
    'files.list',
    'files.entry',
    'files.content',
    'files.archive',
    'files.search',
    'files.bin',
    'files.rules',
    'files.usage',
    'examples.list',
    'examples.get',
    'notebooks.recent',
    'notebooks.runs',
    'sessions.list',
    'sessions.get',
    'sessions.log',
    'sessions.openUi',
    'sessions.metrics',
    'sessions.executors',
    'sessions.executorLog',
    'livy.get',
    'alerts.receivers',
    'alerts.rules',
    'alerts.jobRules',
    'batches.list',
    'batches.get',
    'batches.log',
    'jobs.list',
    'jobs.inspect',
    'jobs.get',
    'jobs.export',
    'schedule.get',
    'schedule.preview',
    'backfills.list',
    'chains.get',
    'executions.list',
    'executions.get',
    'executions.log',
    'executions.openUi',
    'executions.metrics',
    'executions.executors',
    'executions.executorLog',
  ],
  editor: [
    'jobs.create',
    'jobs.import',
    'jobs.change',
    'jobs.copy',
    'jobs.remove',
    'jobs.run',
    'schedule.set',
    'schedule.remove',
    'backfills.create',
    'backfills.cancel',
    'chains.set',
    'executions.stop',
    'executions.remove',
    'alerts.setJobRules',
    'alerts.deliveries',
    'alerts.resend',
    'configuration.check',
    'files.upload',
    'examples.copy',
    'files.save',
    'files.makeFolder',
    'files.move',
    'files.remove',
    'files.restore',
    'files.removeBinned',
    'files.emptyBin',
    'files.uploads',
    'files.beginUpload',
    'files.uploadPiece',
    'files.cancelUpload',
    'jupyter.configuration',
    'jupyter.saveConfiguration',
    'jupyter.resetConfiguration',
    'jupyter.server',
    'jupyter.start',
    'jupyter.stop',
    'jupyter.extend',
    'jupyter.open',
    'jupyter.runs',
    'jupyter.log',
    'sessions.stop',
    'batches.stop',
  ],
  owner: [
    'projects.change',
    'projects.archive',
    'projects.unarchive',
    'projects.delete',
    'projects.addMembers',
    'projects.setMember',
    'projects.removeMember',
    'projects.invitations',
    'projects.invite',
    'projects.withdrawInvitation',
    'environment.rebuild',
    'environment.upload',
    'environment.change',
    'environment.cancel',
    'configuration.saveDefaults',
    'files.setRules',
    'alerts.addReceiver',
    'alerts.changeReceiver',
    'alerts.removeReceiver',
    'alerts.newSecret',
    'alerts.testReceiver',
    'alerts.setRules',
    'livy.set',
    'livy.remove',
    'livy.test',
    'audit.ofProject',
    'audit.exportOfProject',
  ],
};

/** What changes something, or looks like it, and is open all the same in an archived project. */
const openWhileArchived: ReadonlySet<RouteName> = new Set<RouteName>([
  'projects.unarchive',
  'projects.delete',
  'projects.removeMember',
  'projects.leave',
  'projects.withdrawInvitation',
  'sessions.openUi',
  'executions.openUi',
  'schedule.preview',
]);
const openWhileDeleting: ReadonlySet<RouteName> = new Set<RouteName>([
  'projects.get',
  'projects.events',
  'projects.delete',
]);

const names = Object.keys(routes) as RouteName[];
const inProject = names.filter((name) => typeof routes[name].access === 'object');
const ruleOf = (name: RouteName) =>
  (Object.keys(rules) as (keyof typeof rules)[]).find((rule) => rules[rule].includes(name));

const members = ['viewer', 'editor', 'owner'] as const;
const strangers = ['nobody', 'forged', 'stranger', 'neighbour', 'administrator', 'former', 'disabled'] as const;
type Caller = (typeof members)[number] | (typeof strangers)[number];

describe('every route', () => {
  let folder: string;
  let kit: TestApp;
  /** the real router and the real rights, in front of handlers that say that they were reached */
  let app: FastifyInstance;
  const tokens = new Map<Caller, string>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-access-'));
    const clock = fakeClock();
    kit = await testApp({ clock, projectsFolder: folder });
    const options = {
      log: Fastify().log,
      publicOrigin: testOrigin,
      ownOrigins: [],
      dashboard: '/nowhere',
      version: '0',
      audit: async () => undefined,
    };
    app = await createApp(options);
    const { authenticate } = kit.users.credentials;
    const router = createRouter(app, { authenticate, findMembership: kit.projects.service.findMembership }, clock);
    for (const name of names) {
      router.handle(name, () => {
        throw new HttpError('internal', { message: 'reached' });
      });
    }
    await setUp();
  });
  afterAll(async () => {
    await app.close();
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  async function account(name: Caller): Promise<string> {
    const user = { email: `${name}@example.org`, name, password: 'correct horse', admin: name === 'administrator' };
    const { id } = await kit.users.service.create(user);
    tokens.set(name, (await kit.users.service.createToken(id, 'test', null)).secret);
    return id;
  }

  async function setUp(): Promise<void> {
    const { service, members: people } = kit.projects;
    const owner = await account('owner');
    const { id: projectId } = await service.create({ name: 'alpha' }, owner);
    await account('administrator');
    await account('stranger');
    await service.create({ name: 'beta' }, await account('neighbour'));
    for (const role of ['viewer', 'editor'] as const) {
      await account(role);
      await people.set(projectId, `${role}@example.org`, role, owner);
    }
    for (const name of ['former', 'disabled'] as const) {
      await account(name);
      await people.set(projectId, `${name}@example.org`, 'owner', owner);
    }
    await people.remove(projectId, 'former@example.org', owner);
    await kit.db.updateTable('users').set({ disabled_at: 1 }).where('email', 'like', 'disabled@%').execute();
    tokens.set('forged', 'ember_token_0000');
  }

  async function call(name: RouteName, caller: Caller, project = 'alpha') {
    const token = tokens.get(caller);
    const answer = await app.inject({
      method: (routes[name] as RouteShape).method,
      url: routePath(name, {
        params: {
          project,
          kind: 'server',
          name: project,
          id: '12345678',
          token: '12345678',
          email: 'x@example.org',
          executor: '1',
        },
      }),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
    if (answer.statusCode < 400) return { verdict: 'passes', body: answer.body };
    const { code, message } = answer.json<{ error: { code: string; message: string } }>().error;
    // What is said of a body comes after the right: who reads that was let in.
    const passed = message === 'reached' || code === 'bad_request';
    return { verdict: passed ? 'passes' : code, body: answer.body.replace(/"requestId":"[^"]+"/, '') };
  }

  const expected = (name: RouteName, caller: Caller): string => {
    const rule = ruleOf(name);
    if (caller === 'forged' || caller === 'disabled') return 'not_logged_in';
    if (rule === 'anyone') return 'passes';
    if (caller === 'nobody') return 'not_logged_in';
    // The callers come with tokens.
    const passes = routeScopes[name] === 'login' ? 'login_needed' : 'passes';
    if (rule === 'user') return passes;
    if (rule === 'administrator') return caller === 'administrator' ? passes : 'forbidden';
    const held = members.indexOf(caller as Role);
    if (held < 0) return 'not_found';
    return held >= members.indexOf(rule as Role) ? 'passes' : 'forbidden';
  };

  it('stands in one of the lists of those who may call it', () => {
    const listed = Object.values(rules).flat();
    expect(listed.toSorted()).toEqual(names.toSorted());
  });

  it.each([...strangers, ...members])('answers by its rule: %s', async (caller) => {
    for (const name of names) {
      if (name === 'projects.unarchive') continue;
      expect({ name, verdict: (await call(name, caller)).verdict }).toEqual({
        name,
        verdict: expected(name, caller),
      });
    }
  });

  it('of a project looks to others as if there were no such project', async () => {
    for (const name of inProject) {
      for (const caller of ['stranger', 'neighbour', 'administrator', 'former'] as const) {
        expect((await call(name, caller)).body).toBe((await call(name, caller, 'absent')).body);
      }
    }
  });

  it('of an archived project is open when it only reads, or takes something back', async () => {
    await kit.db.updateTable('projects').set({ archived_at: 1 }).where('name', '=', 'alpha').execute();
    for (const name of inProject) {
      const open = routes[name].method === 'GET' || openWhileArchived.has(name);
      expect({ name, verdict: (await call(name, 'owner')).verdict }).toEqual({
        name,
        verdict: open ? 'passes' : 'project_archived',
      });
      // The state opens nothing to those who had no right before.
      expect((await call(name, 'stranger')).verdict).toBe('not_found');
      expect((await call(name, 'viewer')).verdict === 'passes').toBe(open && ruleOf(name) === 'viewer');
    }
    await kit.db.updateTable('projects').set({ archived_at: null }).where('name', '=', 'alpha').execute();
    expect((await call('projects.unarchive', 'owner')).verdict).toBe('project_active');
  });

  it('of a project that is being deleted says so, and only how far that is', async () => {
    await kit.db.updateTable('projects').set({ deleting_at: 1 }).where('name', '=', 'alpha').execute();
    for (const name of inProject) {
      expect({ name, verdict: (await call(name, 'owner')).verdict }).toEqual({
        name,
        verdict: openWhileDeleting.has(name) ? 'passes' : 'project_deleting',
      });
      expect((await call(name, 'stranger')).verdict).toBe('not_found');
    }
    await kit.db.updateTable('projects').set({ deleting_at: null }).where('name', '=', 'alpha').execute();
  });
});
