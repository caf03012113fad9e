import Fastify, { type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { HttpError } from '../../../http/errors.ts';
import { createRouter } from '../../../http/router.ts';
import type { Rig, TestUser } from './rig.ts';

// What came over HTTP has no type until a test looks at it.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = { status: number; body: any; text: string; headers: Record<string, unknown> };

/** The API in front of a rig; the caller is named in a header. Ada is an administrator. `call` takes paths below the project's. `await using` closes it. */
export async function createApi(rig: Rig) {
  const app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('access', null);
  app.setErrorHandler((error, _request, reply) =>
    error instanceof HttpError
      ? reply.status(error.status).send({ code: error.code, message: error.message, details: error.details })
      : reply.status((error as { statusCode?: number }).statusCode ?? 500).send({ code: String(error) }),
  );
  const access = {
    async authenticate(incoming: FastifyRequest) {
      const email = String(incoming.headers['x-user']);
      const user = await rig.db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
      if (user === undefined) return null;
      const admin = email === rig.ada.email;
      return { user: { id: user.id, email, name: user.name, admin }, loginDigest: 'digest' };
    },
    findMembership: (name: string, userId: string) => rig.deps.findMembership(name, userId),
  };
  const router = createRouter(app, access, rig.clock);
  rig.sessions.registerRoutes(router);

  return {
    app,
    router,

    async call(
      method: 'GET' | 'PUT' | 'POST' | 'DELETE',
      path: string,
      as: TestUser = rig.ada,
      payload?: object,
    ): Promise<Answer> {
      const response = await app.inject({
        method,
        url: `/api/v1/projects/demo${path}`,
        headers: { 'x-user': as.email },
        ...(payload === undefined ? {} : { payload }),
      });
      const json = (response.headers['content-type'] ?? '').startsWith('application/json');
      const { statusCode: status, body: text, headers } = response;
      return { status, body: json ? response.json() : null, text, headers };
    },

    [Symbol.asyncDispose]: () => app.close(),
  };
}
