import { setTimeout as pause } from 'node:timers/promises';
import { runCommand, type Platform } from '@emberlab/e2e/platform';

/** How often each thing is measured. */
export const rounds = Number(process.env['EMBERLAB_BENCH_ROUNDS'] ?? 5);

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Makes an administrator and answers a token of theirs. The platform need not run. */
export async function account(platform: Platform): Promise<string> {
  await runCommand('./emberlab', ['user', 'add', 'bench@example.org', '--admin', '--password-stdin'], {
    env: platform.env,
    input: 'correct horse battery\n',
  });
  const { stdout } = await runCommand(
    './emberlab',
    ['token', 'create', '--user', 'bench@example.org', '--name', 'bench'],
    { env: platform.env },
  );
  return stdout.trim();
}

/** Asks every 10 ms until the answer will do. */
export async function until<T>(ask: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (done(value)) return value;
    await pause(10);
  }
}

/** Seconds or milliseconds that `task` takes. */
export async function timed(unit: 's' | 'ms', task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return (performance.now() - start) / (unit === 's' ? 1000 : 1);
}
