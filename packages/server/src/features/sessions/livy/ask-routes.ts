import type { SessionRecord } from '../model.ts';
import { QuestionError } from '../link/questions.ts';
import { accessOf, checkReady, type LivyContext } from './context.ts';
import { LivyError } from './errors.ts';
import { checkPaths } from './paths.ts';
import { sendJson } from './plugin.ts';
import { readAdd, readCompletion } from './request.ts';

/** The kinds of things that can be added to a running session, by Livy's word for them. */
const addable = { jar: 'jar', pyfile: 'pyFile', file: 'file' } as const;

/** Livy's routes for what a driver is asked beside its statements. */
export function registerAskRoutes(context: LivyContext): void {
  const { service, asks, route, find, projectFolder } = context;

  const add = async (session: SessionRecord, as: (typeof addable)[keyof typeof addable], uri: string) => {
    try {
      await asks.add(session.id, { as, uri });
    } catch (error) {
      if (!(error instanceof QuestionError)) throw error;
      throw new LivyError(error.reason === 'refused' ? 400 : 409, error.message);
    }
  };

  route('POST', '/sessions/:id/completion', async (request, reply) => {
    const { session } = await find(request);
    const question = readCompletion(request.body, session.kind);
    checkReady(session);
    service.used(session.id);
    const { candidates, start, end } = await asks.complete(session.id, question);
    // Livy's answer has no place for them: what the candidates stand for.
    reply.header('emberlab-completion-start', start).header('emberlab-completion-end', end);
    return sendJson(reply, 200, { candidates });
  });

  for (const [word, as] of Object.entries(addable)) {
    route('POST', `/sessions/:id/add-${word}`, async (request, reply) => {
      const { session } = await find(request);
      const uri = readAdd(request.body);
      checkReady(session);
      service.used(session.id);
      await checkPaths([uri], projectFolder(accessOf(request).membership.project.name));
      await add(session, as, uri);
      return sendJson(reply, 200, {});
    });
  }
}
