import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UploadError, type Upload } from '../uploads.ts';
import { addable, addTo } from './additions.ts';
import { checkReady, type LivyContext } from './context.ts';
import { livyAudit } from './audit.ts';
import { LivyError } from './errors.ts';
import { isArchive, isJarName, notAJar } from './jars.ts';
import { sendJson } from './plugin.ts';
import { readFileName } from './request.ts';

/** Below 500, although one is the disk's fault: clients send what fails so again at once, and it can be large. */
const statusOf = { cut: 400, 'too-large': 413, full: 413, taken: 409, ended: 409 } as const;

/** Livy's routes for files that a client has, beside those for files that Spark can reach. In a scope of its own: their bodies are forms. */
export function registerUploadRoutes(app: FastifyInstance, context: LivyContext): void {
  const { service, uploads, asks, find, projectFolder, mustHaveDisk } = context;

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    await scope.register(multipart);
    // Whatever else comes is refused once it is known who asks.
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));

    for (const [word, as] of Object.entries(addable)) {
      const field = as === 'jar' ? 'jar' : 'file';
      const handler = async (request: FastifyRequest, reply: FastifyReply) => {
        // An answer may come before the end of the request; what is left of it is not read then.
        reply.header('connection', 'close');
        const { session } = await find(request);
        checkReady(session);
        await mustHaveDisk({ projectId: session.project.id, userId: session.owner.id });
        service.used(session.id);
        const part = await readForm(request, field);
        const name = readFileName(part.filename);
        if (as === 'jar' && !isJarName(name)) throw refuseJar(part, name);
        const whose = {
          sessionId: session.id,
          owner: { projectId: session.project.id, userId: session.owner.id },
          projectFolder: projectFolder(session.project.name),
        };
        const upload = await keep(() => uploads.keep(whose, as, name, part.file));
        try {
          if (as === 'jar' && !(await isArchive(upload.path))) throw notAJar(name);
          await addTo(asks, session.id, { as, uri: upload.path });
        } catch (error) {
          // Where the driver has not answered, the file may be Spark's by now: every task would miss it.
          const refused = error instanceof LivyError && error.status === 400;
          if (refused && upload.isNew) await uploads.discard(upload);
          throw error;
        }
        service.used(session.id);
        return sendJson(reply, 200, {});
      };
      for (const end of ['', '/']) {
        const config = { takesForm: true, audit: livyAudit('POST', `/sessions/:id/upload-${word}`) };
        scope.post(`/sessions/:id/upload-${word}${end}`, { config }, handler);
      }
    }
  });
}

/** The file in a form's field, of which nothing has been read. Throws Livy's 400. */
async function readForm(request: FastifyRequest, field: string): Promise<MultipartFile> {
  const form = `Please send a form (multipart/form-data) whose field "${field}" is the file.`;
  if (!request.isMultipart()) throw new LivyError(400, `The body is no form. ${form}`);
  const limits = { files: 1, fields: 10, parts: 11, fileSize: Infinity };
  const part = await request.file({ limits }).catch((error: Error) => {
    throw new LivyError(400, `The form can't be read: ${error.message}. ${form}`);
  });
  if (part?.fieldname === field) return part;
  part?.file.destroy();
  throw new LivyError(
    400,
    part === undefined ? `The form has no file. ${form}` : `The form has another field. ${form}`,
  );
}

/** What is left of the file is not waited for. */
function refuseJar(part: MultipartFile, name: string): LivyError {
  part.file.destroy();
  return notAJar(name);
}

async function keep(task: () => Promise<Upload>): Promise<Upload> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof UploadError)) throw error;
    throw new LivyError(statusOf[error.reason], error.message);
  }
}
