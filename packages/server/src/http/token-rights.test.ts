import {
  allowsScope,
  routePath,
  routes,
  routeScopes,
  scope,
  type Access,
  type RouteName,
  type RouteShape,
} from '@emberlab/contract';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountFixture } from '../features/users/account.fixture.ts';
import { testOrigin } from '../testing/app.ts';
import { createApp } from './app.ts';
import { HttpError } from './errors.ts';
import { createRouter } from './router.ts';

const names = Object.keys(routes) as RouteName[];
const scopes = scope.options;

/** An administrator who owns every project there is: whatever is refused here is refused because of the token. */
describe('every route', () => {
  let world: Awaited<ReturnType<typeof accountFixture>>;
  /** the real router and the real rights, in front of handlers that say that they were reached */
  let app: FastifyInstance;
  let cookie: string;
  const root = { email: 'root@example.org', name: 'Root', password: 'a secret of my own', admin: true };

  beforeAll(async () => {
    world = await accountFixture();
    app = await createApp({
      log: Fastify().log,
      publicOrigin: testOrigin,
      ownOrigins: [],
      dashboard: '/nowhere',
      version: '0',
      audit: async () => undefined,
    });
    const access = {
      authenticate: world.users.credentials.authenticate,
      findMembership: world.projects.service.findMembership,
    };
    const router = createRouter(app, access, world.clock);
    for (const name of names) {
      router.handle(name, () => {
        throw new HttpError('internal', { message: 'reached' });
      });
    }
    const { id } = await world.users.service.create(root);
    await world.projects.service.create({ name: 'alpha' }, id);
    await world.projects.service.create({ name: 'beta' }, id);
    cookie = await world.logIn(root);
  });
  afterAll(async () => {
    await app.close();
    await world[Symbol.asyncDispose]();
  });

  async function tokenWith(limits: object): Promise<Record<string, string>> {
    const answer = await world.call('POST', '/me/tokens', { cookie, payload: { name: 'test', ...limits } });
    expect(answer.statusCode).toBe(201);
    return { authorization: `Bearer ${answer.json<{ secret: string }>().secret}` };
  }

  async function verdict(name: RouteName, headers: Record<string, string>, project = 'alpha') {
    const answer = await app.inject({
      method: (routes[name] as RouteShape).method,
      url: routePath(name, {
        params: { project, id: '12345678', token: '12345678', email: 'x@example.org', executor: '1' },
      }),
      headers,
    });
    if (answer.statusCode < 400) return 'passes';
    const { code, message } = answer.json<{ error: { code: string; message: string } }>().error;
    // What is said of a body comes after the right: who reads that was let in.
    // And what is said of a project's state comes after it too.
    return message === 'reached' || code === 'bad_request' || code === 'project_active' ? 'passes' : code;
  }

  const ruleOf = (name: RouteName) => {
    const rule = routeScopes[name];
    return typeof rule === 'object' ? { needs: rule.scope, everywhere: true } : { needs: rule, everywhere: false };
  };
  const isInProject = (name: RouteName) => routes[name].path.includes('{project}');

  it('says which scope a token needs for it', () => {
    expect(Object.keys(routeScopes).toSorted()).toEqual(names.toSorted());
    // What changes something takes more than the right to read, and what needs no right is for everybody or ends the token itself.
    const misfits = names.filter((name) => {
      const { needs } = ruleOf(name);
      const access: Access = routes[name].access;
      const reads = routes[name].method === 'GET' || ['configuration.check', 'schedule.preview'].includes(name);
      if (access === 'public') return needs !== 'none';
      if (access === 'admin') return needs !== 'admin' && needs !== 'login';
      if (needs === 'none') return name !== 'auth.logOut';
      return needs === 'read' && !reads;
    });
    expect(misfits).toEqual([]);
  });

  it('is open to a login', async () => {
    for (const name of names) {
      expect({ name, verdict: await verdict(name, { cookie }) }).toEqual({ name, verdict: 'passes' });
    }
  });

  it.each(scopes.map((one) => [one]))('answers a token with the scope %s by its rule', async (one) => {
    const headers = await tokenWith({ scopes: [one] });
    for (const name of names) {
      const { needs } = ruleOf(name);
      const expected =
        needs === 'none' || (needs !== 'login' && allowsScope([one], needs))
          ? 'passes'
          : needs === 'login'
            ? 'login_needed'
            : 'token_limited';
      expect({ name, verdict: await verdict(name, headers) }).toEqual({ name, verdict: expected });
    }
  });

  it('lets a token for one project into that alone', async () => {
    const headers = await tokenWith({ scopes, projects: ['beta'] });
    for (const name of names) {
      const { needs, everywhere } = ruleOf(name);
      const elsewhere = needs === 'login' ? 'login_needed' : everywhere ? 'passes' : 'token_limited';
      const inProject = isInProject(name);
      const passes = needs === 'none';
      expect({ name, verdict: await verdict(name, headers, 'alpha') }).toEqual({
        name,
        verdict: passes ? 'passes' : inProject ? 'not_found' : elsewhere,
      });
      expect({ name, verdict: await verdict(name, headers, 'beta') }).toEqual({
        name,
        verdict: passes || inProject ? 'passes' : elsewhere,
      });
    }
  });
});
