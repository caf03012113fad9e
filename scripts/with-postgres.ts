import { spawn } from 'node:child_process';
import { startPostgres } from './postgres.ts';

/**
 * `node scripts/with-postgres.ts COMMAND …` runs a command while there is a PostgreSQL server for tests, whose address it finds in EMBERLAB_TEST_POSTGRES; ends as
 * the command does.
 */
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('Please name a command.\n');
  process.exit(2);
}
const server = await startPostgres();
// What is sent to all of us ends the command, and then us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
try {
  process.exitCode = await new Promise<number>((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, EMBERLAB_TEST_POSTGRES: server.url } });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
} finally {
  await server.stop();
}
