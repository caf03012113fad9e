import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Asking } from './asking.ts';
import type { External } from './model.ts';
import type { ExternalService } from './service.ts';
import type { ExternalStatements } from './statements.ts';

export type RouteParts = {
  readonly service: ExternalService;
  readonly asking: Asking;
  readonly statements: ExternalStatements;
  projectFolder(name: string): string;
};

/** What is answered for one session or batch on a project's Livy, by method and what stands behind its number. */
export type Below<T extends External> = Readonly<
  Record<string, (external: T, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>>
>;
