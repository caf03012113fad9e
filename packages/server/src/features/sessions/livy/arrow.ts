import { z } from 'zod';
import { LivyError } from './errors.ts';

const common = {
  /** `sample` where a fraction is given, else `take` */
  method: z.enum(['take', 'sample']).optional(),
  /** null: all; the driver takes 1,000 where nothing is said */
  rows: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
  /** with `sample`: how much of the whole, above 0 and at most 1 */
  fraction: z.number().gt(0).max(1).optional(),
};

const arrowRequest = z
  .union([
    z.strictObject({ sql: z.string().min(1), ...common }),
    z.strictObject({ variable: z.string().min(1).max(1000), kind: z.enum(['pyspark', 'spark', 'sparkr']), ...common }),
  ])
  .refine(({ method, fraction }) => method === undefined || (method === 'sample') === (fraction !== undefined));

/** Checks the code of a statement of the kind `arrow`: see docs/developer/agent-protocol.md. Throws a 400 that says what is expected. */
export function checkArrowCode(code: string): void {
  let asked: unknown;
  try {
    asked = JSON.parse(code);
  } catch {
    asked = null;
  }
  if (arrowRequest.safeParse(asked).success) return;
  throw new LivyError(
    400,
    'The code of a statement of the kind "arrow" has to be a JSON object: "sql", or "variable" and its "kind" (pyspark, spark, sparkr); ' +
      'then, if you like, "method" (take, sample), "rows" (a number, 1000 unless it is said, or null for all) and, with sample, "fraction" (above 0, at most 1).',
  );
}
