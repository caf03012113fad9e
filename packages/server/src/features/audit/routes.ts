import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Router } from '../../http/router.ts';
import type { AuditService } from './service.ts';
import type { AuditFilter } from './store.ts';

const dayMs = 86_400_000;
type Asked = { from?: string | undefined; until?: string | undefined };

/** The audit log: all of it for administrators, that of a project for its owners. */
export function registerAuditRoutes(router: Router, service: AuditService): void {
  router.handle('audit.list', ({ query }) => service.list(inTime(query), query));
  router.handle('audit.ofProject', ({ query, membership }) =>
    service.list({ ...inTime(query), projectId: membership.project.id }, query),
  );
  router.handle('audit.export', ({ query, reply, streamEnded }) =>
    send(reply, service.lines(inTime(query), Number(query.after ?? 0)), streamEnded),
  );
  router.handle('audit.exportOfProject', ({ query, membership, reply, streamEnded }) =>
    send(
      reply,
      service.lines({ ...inTime(query), projectId: membership.project.id }, Number(query.after ?? 0)),
      streamEnded,
    ),
  );
}

/** A filter with its times as numbers: a day as the end counts whole. */
function inTime<T extends Asked>({
  from,
  until,
  ...rest
}: T): Omit<T, keyof Asked> & Pick<AuditFilter, 'from' | 'until'> {
  const end = until === undefined ? undefined : Date.parse(until) + (until.length === 10 ? dayMs : 0);
  return {
    ...rest,
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(end === undefined ? {} : { until: end }),
  };
}

async function send(reply: FastifyReply, lines: Readable, ended: AbortSignal): Promise<FastifyReply> {
  ended.addEventListener('abort', () => lines.destroy(), { once: true });
  return reply
    .type('application/x-ndjson; charset=utf-8')
    .header('content-disposition', 'attachment; filename="emberlab-audit.jsonl"')
    .header('cache-control', 'no-store')
    .send(lines);
}
