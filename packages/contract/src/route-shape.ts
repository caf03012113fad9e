import type { z } from 'zod';
import type { Role } from './schemas/projects.ts';

/** Who may call a route: anyone, any user, an administrator, or a member of the project in the path with at least the role. */
export type Access = 'public' | 'user' | 'admin' | { project: Role };

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
