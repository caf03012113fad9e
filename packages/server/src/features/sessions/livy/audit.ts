import type { AuditAction } from '@emberlab/contract';
import type { RouteAudit } from '../../../http/audit-trail.ts';

/**
 * What requests of Livy clients are called in the audit log. What is asked of a session, its statements first of all, is kept with the session, with its
 * owner and its times, and is not told again here.
 */
const actions: Readonly<Record<string, AuditAction | null>> = {
  'POST /sessions': { action: 'session.start', target: 'location' },
  'DELETE /sessions/:id': { action: 'session.stop', target: 'params.id' },
  'POST /sessions/:id/stop': { action: 'session.stop', target: 'params.id' },
  'POST /batches': { action: 'batch.start', target: 'location' },
  'DELETE /batches/:id': { action: 'batch.stop', target: 'params.id' },
  'POST /sessions/:id/upload-jar': { action: 'session.upload', target: 'params.id' },
  'POST /sessions/:id/upload-pyfile': { action: 'session.upload', target: 'params.id' },
  'POST /sessions/:id/upload-file': { action: 'session.upload', target: 'params.id' },
  'POST /sessions/:id/add-jar': { action: 'session.add-file', target: 'body.uri' },
  'POST /sessions/:id/add-pyfile': { action: 'session.add-file', target: 'body.uri' },
  'POST /sessions/:id/add-file': { action: 'session.add-file', target: 'body.uri' },
  'POST /sessions/:id/statements': null,
  'POST /sessions/:id/statements/:statement/cancel': null,
  'POST /sessions/:id/completion': null,
  'POST /sessions/:id/inspection': null,
  'POST /sessions/:id/interrupt': null,
  'POST /sessions/:id/connect': null,
};

/** What a route of the gateway leaves in the audit log. Throws for one that changes something and isn't named. */
export function livyAudit(method: 'GET' | 'POST' | 'DELETE', url: string): RouteAudit {
  const named = actions[`${method} ${url}`];
  if (named === undefined && method !== 'GET') throw new Error(`${method} ${url} has no name in the audit log.`);
  return named === undefined || named === null
    ? { action: `livy ${method} ${url}`, records: 'refusals' }
    : { ...named, records: 'always' };
}
