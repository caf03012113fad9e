import type { FastifyRequest } from 'fastify';
import { readBatch } from '../batches/request.ts';
import { readCreate, readNotebook } from '../livy/request.ts';
import type { LivyAccess } from '../livy/plugin.ts';
import { batchBody, sessionBody } from './body.ts';
import { shortName, type Making } from './make.ts';
import type { LivyServer } from './model.ts';

type Context = { readonly access: LivyAccess; readonly server: LivyServer; readonly projectFolder: string };

/** The session that a request asks for, checked by the rules for sessions of our own. Throws `LivyError`. */
export async function readSessionMaking(request: FastifyRequest, context: Context): Promise<Making> {
  const {
    kind,
    name,
    notebook,
    heartbeatSeconds,
    request: read,
  } = await readCreate(ownBody(request.body, context), {
    ownerEmail: context.access.caller.user.email,
    projectFolder: context.projectFolder,
    notebook: readNotebook(request.headers['emberlab-notebook']),
  });
  const wanted = { ...read, heartbeatSeconds };
  return {
    ...whose(context),
    type: 'session',
    kind,
    name,
    notebook,
    request: wanted,
    body: (naming) => sessionBody(kind, wanted, naming),
  };
}

/** The same of a batch. */
export async function readBatchMaking(request: FastifyRequest, context: Context): Promise<Making> {
  const { name, request: wanted } = await readBatch(ownBody(request.body, context), {
    ownerEmail: context.access.caller.user.email,
    projectFolder: context.projectFolder,
  });
  return {
    ...whose(context),
    type: 'batch',
    kind: null,
    name,
    notebook: null,
    request: wanted,
    body: (naming) => batchBody(wanted, naming),
  };
}

const whose = ({ access: { caller, membership } }: Context) => ({
  project: { id: membership.project.id, name: membership.project.name },
  owner: { id: caller.user.id, email: caller.user.email },
  serverId: caller.serverId,
});

/** Where sessions run as the short name, a client may call itself by it. */
function ownBody(body: unknown, { access, server }: Context): unknown {
  const { email } = access.caller.user;
  const isOwn =
    server.runAs === 'name' &&
    typeof body === 'object' &&
    body !== null &&
    (body as { proxyUser?: unknown }).proxyUser === shortName(email);
  return isOwn ? { ...body, proxyUser: email } : body;
}
