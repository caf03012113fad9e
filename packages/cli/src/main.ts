import { ConfigError, FatalError, HttpError, redact } from '@emberlab/server/admin';
import { createProgram } from './program.ts';
import { UsageError } from './usage.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  const forPeople =
    error instanceof UsageError ||
    error instanceof ConfigError ||
    error instanceof FatalError ||
    error instanceof HttpError;
  const text = forPeople ? error.message : error instanceof Error ? String(error.stack) : String(error);
  process.stderr.write(`${redact(text)}\n`);
  process.exitCode = error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}
