import type { z } from 'zod';
import type { ProjectState, Role } from './schemas/projects.ts';

/**
 * Who may call a route: anyone, any user, an administrator, or a member of the project in the path with at least the role. `in`: the states in which a
 * project answers it; unless it says otherwise, an archived one answers reads alone, and one that is being deleted nothing.
 */
export type Access = 'public' | 'user' | 'admin' | { project: Role; in?: readonly ProjectState[] };

export type RouteShape = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** below `/api/v1`, with `{name}` for parameters */
  path: string;
  access: Access;
  summary: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  status?: 200 | 201 | 202;
  /** absent for streams, which write their own answer */
  response?: z.ZodType;
};

/** The states in which a project answers a route. */
export function statesOf({ method, access }: RouteShape): readonly ProjectState[] {
  if (typeof access === 'object' && access.in !== undefined) return access.in;
  return method === 'GET' ? ['active', 'archived'] : ['active'];
}
