import { addable, addTo } from './additions.ts';
import { accessOf, checkReady, type LivyContext, type Query } from './context.ts';
import { checkJars } from './jars.ts';
import { readCodeKind } from './kinds.ts';
import { checkPaths } from './paths.ts';
import { sendJson } from './plugin.ts';
import { readAdd, readCompletion } from './request.ts';

/** Livy's routes for what a driver is asked beside its statements. */
export function registerAskRoutes(context: LivyContext): void {
  const { service, asks, route, find, projectFolder } = context;

  route(
    'POST',
    '/sessions/:id/completion',
    async (request, reply) => {
      const { session } = await find(request);
      const question = readCompletion(request.body, session.kind);
      checkReady(session);
      service.used(session.id);
      const { candidates, start, end } = await asks.complete(session.id, question);
      // Livy's answer has no place for them: what the candidates stand for.
      reply.header('emberlab-completion-start', start).header('emberlab-completion-end', end);
      return sendJson(reply, 200, { candidates });
    },
    { hasCode: true },
  );

  route(
    'POST',
    '/sessions/:id/inspection',
    async (request, reply) => {
      const { session } = await find(request);
      const question = readCompletion(request.body, session.kind);
      checkReady(session);
      service.used(session.id);
      return sendJson(reply, 200, { text: await asks.inspect(session.id, question) });
    },
    { hasCode: true },
  );

  // Asked for after each cell while a page shows them: looking, which keeps no session from being idle.
  route('GET', '/sessions/:id/variables', async (request, reply) => {
    const { session } = await find(request);
    const { kind: written } = request.query as Query;
    const kind = readCodeKind(typeof written === 'string' ? written : null, session.kind);
    checkReady(session);
    return sendJson(reply, 200, { variables: await asks.variables(session.id, kind) });
  });

  for (const [word, as] of Object.entries(addable)) {
    route('POST', `/sessions/:id/add-${word}`, async (request, reply) => {
      const { session } = await find(request);
      const uri = readAdd(request.body);
      checkReady(session);
      service.used(session.id);
      await checkPaths([uri], projectFolder(accessOf(request).membership.project.name));
      if (as === 'jar') await checkJars([uri]);
      await addTo(asks, session.id, { as, uri });
      return sendJson(reply, 200, {});
    });
  }
}
