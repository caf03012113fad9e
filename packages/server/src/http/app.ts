import { existsSync } from 'node:fs';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import staticFiles from '@fastify/static';
import swagger from '@fastify/swagger';
import { errorTable, type ErrorBody, type ErrorCode } from '@emberlab/contract';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { auditRequests, type AuditRecord } from './audit-trail.ts';
import { isCrossSite } from './cross-site.ts';
import { serveDocumentation } from './documentation.ts';
import { isDiskFull } from '../lib/disk-full.ts';
import { withRequestId } from '../lib/request-id.ts';
import { HttpError } from './errors.ts';
import { securityHeaders } from './security-headers.ts';

export type AppOptions = {
  log: FastifyBaseLogger;
  publicOrigin: string;
  /** further origins of the dashboard, such as http://127.0.0.1:8080 */
  ownOrigins: readonly string[];
  /** the built dashboard; absent in tests without one */
  dashboard: string;
  /** the built documentation; absent in tests without it */
  documentation?: string;
  version: string;
  /** hears of every change and every refusal */
  audit: (event: AuditRecord) => Promise<void>;
};

/**
 * The HTTP app of the control plane, without routes of features: error format, headers, cookies, cross-site check, OpenAPI, the dashboard's
 * files. It listens on a Unix socket that only the edge reaches, hence the trust in forwarded headers: the edge sets them anew.
 */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: true,
    requestIdHeader: 'x-request-id',
    // The log knows by itself for which request it writes.
    childLoggerFactory: (logger) => logger,
    bodyLimit: 4 * 1024 * 1024,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // Files are streamed: who takes them reads the request itself.
  app.addContentTypeParser('application/octet-stream', (_request, _body, done) => done(null));
  app.decorateRequest('access', null);
  logWithRequestId(app);
  auditRequests(app, options.audit);
  setErrorFormat(app);
  refuseCrossSite(app, new Set([options.publicOrigin, ...options.ownOrigins]));
  await app.register(cookie);
  const headers = securityHeaders();
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Emberlab', version: options.version } },
    transform: jsonSchemaTransform,
  });
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  if (options.documentation !== undefined) await serveDocumentation(app, options.documentation);
  await serveDashboard(app, options.dashboard);
  return app;
}

function errorBodyOf(
  code: ErrorCode,
  request: FastifyRequest,
  error?: { message: string; details: ErrorBody['error']['details'] },
): ErrorBody {
  request.errorCode = code;
  const { message = errorTable[code].message, details } = error ?? {};
  return {
    error: {
      code,
      message,
      ...(details === undefined || details.length === 0 ? {} : { details }),
      requestId: request.id,
    },
  };
}

/** Codes for errors of Fastify itself, by their status. */
const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  403: 'not_found',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'bad_request',
  429: 'too_many_requests',
};

/** What a request makes us log carries its id. Twice, since who reads a body calls the hooks behind it from elsewhere. */
function logWithRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => withRequestId(request.id, done));
  app.addHook('preValidation', (request, _reply, done) => withRequestId(request.id, done));
}

function setErrorFormat(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | HttpError, request, reply) => {
    if (error instanceof HttpError) {
      const details = error.details.length > 0 ? [...error.details] : undefined;
      return reply.status(error.status).send(errorBodyOf(error.code, request, { message: error.message, details }));
    }
    if (hasZodFastifySchemaValidationErrors(error)) {
      const details = error.validation.map((issue) => ({
        path: issue.instancePath.replace(/^\//, '').replaceAll('/', '.'),
        message: issue.message ?? '',
      }));
      // One wrong field: its own sentence says more than a general one.
      const message =
        details.length === 1 && details[0] !== undefined ? sentenceOf(details[0]) : errorTable.bad_request.message;
      return reply.status(400).send(errorBodyOf('bad_request', request, { message, details }));
    }
    const code = codeOfStatus[error.statusCode ?? 500];
    if (code !== undefined) return reply.status(errorTable[code].status).send(errorBodyOf(code, request));
    request.log.error({ err: error, url: request.url.split('?')[0] }, 'request failed');
    const fault = isDiskFull(error) ? 'disk_full' : 'internal';
    return reply.status(errorTable[fault].status).send(errorBodyOf(fault, request));
  });
}

/** What a field's sentence says without its name, alone in an answer, would be of nothing. */
const sentenceOf = ({ path, message }: { path: string; message: string }): string =>
  path !== '' && message.startsWith('It is ') ? `"${path}": ${message}` : message;

function refuseCrossSite(app: FastifyInstance, ownOrigins: ReadonlySet<string>): void {
  app.addHook('onRequest', async (request) => {
    const { origin, 'sec-fetch-site': secFetchSite } = request.headers;
    const site = Array.isArray(secFetchSite) ? secFetchSite.join() : secFetchSite;
    if (isCrossSite({ method: request.method, origin, secFetchSite: site, ownOrigins }))
      throw new HttpError('cross_site');
  });
}

async function serveDashboard(app: FastifyInstance, folder: string): Promise<void> {
  const hasPage = existsSync(join(folder, 'index.html'));
  if (hasPage) {
    // What the build has compressed goes to those who take it.
    const shared = { preCompressed: true, schemaHide: true };
    await app.register(staticFiles, {
      ...shared,
      root: join(folder, 'assets'),
      prefix: '/assets/',
      immutable: true,
      maxAge: '365d',
    });
    await app.register(staticFiles, {
      ...shared,
      root: folder,
      prefix: '/',
      decorateReply: false,
      wildcard: false,
      index: false,
      globIgnore: ['assets/**', '**/*.{gz,br}'],
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && !/^\/(api|livy|assets)(\/|$)/.test(request.url) && hasPage;
    if (wantsPage) {
      return reply.header('cache-control', 'no-cache').sendFile('index.html', folder, { cacheControl: false });
    }
    return reply.status(404).send(errorBodyOf('not_found', request));
  });
}
