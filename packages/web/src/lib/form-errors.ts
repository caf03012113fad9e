import type { ZodType } from 'zod';

/** The first problem of each field, as forms want them; empty when all is well. */
export function fieldErrors(schema: ZodType, values: unknown): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const issue of schema.safeParse(values).error?.issues ?? []) errors[issue.path.join('.')] ??= issue.message;
  return errors;
}
