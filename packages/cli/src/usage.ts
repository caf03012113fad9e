import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';

/** A wrong use of the command: the sentence goes to the person, the exit code is 2. */
export class UsageError extends Error {}

/** An argument checked by a schema of the contract. */
export const checked =
  (schema: z.ZodType<string>) =>
  (value: string): string => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join(' '));
    return parsed.data;
  };
