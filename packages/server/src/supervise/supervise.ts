import { fork, type ChildProcess } from 'node:child_process';
import type { Config } from '../config.ts';
import { FatalError, type ChildMessage, type ParentMessage } from './messages.ts';

export type Role = 'control' | 'edge';

/**
 * Node's young generation grows to 16 MiB a space by default, all of it resident after a burst of requests; both processes allocate little that lives
 * long, so a small one costs next to nothing.
 */
export const nodeOptions: Readonly<Record<Role, readonly string[]>> = {
  control: ['--max-semi-space-size=4'],
  edge: ['--max-semi-space-size=2'],
};

/** How long a child may take to end by itself once asked. One of several lets what is under way go on, and the next one may have tables to change first. */
const graceMs = { alone: 10_000, replica: 45_000 } as const;
/** A child that ends at once is started again after a delay that doubles from the first to the last of these. */
const restartDelayMs = { first: 50, last: 5_000 } as const;
/** One that ends so often before it has ever served never will. */
const maxFailedStarts = 3;
/** One that ran for so long starts again without delay. */
const healthyMs = 10_000;

export type Supervisor = {
  /** Resolves once both serve; rejects with a `FatalError` when one can't. */
  ready: Promise<{ url: string; setUpUrl: string | null }>;
  /** Rejects when a child reports a fatal error after that. */
  failed: Promise<never>;
  /** Ends both and resolves when they are gone: within 10 s, 45 for one of several, by force if it must. */
  stop(): Promise<void>;
};

/**
 * Runs control and edge, with these settings, and starts each again when it ends. Neither is needed by what runs for users: servers and drivers go on without them.
 * `entry` is the program to fork with the role as its last argument. The children end by themselves when their channel to us closes, so that a
 * killed supervisor leaves no second edge on the port.
 */
export function supervise(options: {
  entry: string;
  config: Config;
  onRestart: (role: Role, code: string) => void;
  /** Hears why one can't serve yet. */
  onWait: (sentence: string) => void;
}): Supervisor {
  const children = new Map<Role, ChildProcess>();
  const timers = new Set<NodeJS.Timeout>();
  const delays = new Map<Role, number>();
  const failedStarts = new Map<Role, number>();
  const readyRoles = new Map<Role, Extract<ChildMessage, { type: 'ready' }>>();
  const ready = Promise.withResolvers<{ url: string; setUpUrl: string | null }>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let stopping = false;

  const fail = (message: string) => {
    const error = new FatalError(message);
    ready.reject(error);
    failed.reject(error);
  };

  const onMessage = (role: Role, message: ChildMessage) => {
    if (message.type === 'fatal') return fail(message.message);
    if (message.type === 'waits') return options.onWait(message.message);
    readyRoles.set(role, message);
    const edge = readyRoles.get('edge');
    const control = readyRoles.get('control');
    if (edge !== undefined && control !== undefined) {
      ready.resolve({ url: edge.url ?? '', setUpUrl: control.setUpUrl ?? null });
    }
  };

  const start = (role: Role) => {
    const startedAt = performance.now();
    const child = fork(options.entry, [role], {
      execArgv: [...process.execArgv, ...nodeOptions[role]],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.set(role, child);
    child.on('message', (message) => onMessage(role, message as ChildMessage));
    const greeting: ParentMessage = { type: 'config', config: options.config };
    child.send(greeting, () => undefined);
    child.on('error', (error) => fail(`${role} could not be started: ${error.message}.`));
    child.once('exit', (code, signal) => {
      children.delete(role);
      if (stopping) return;
      const failures = (failedStarts.get(role) ?? 0) + 1;
      failedStarts.set(role, failures);
      if (!readyRoles.has(role) && failures >= maxFailedStarts) {
        return fail(`${role} ended ${failures} times before it could serve. What it said stands above and in its log.`);
      }
      options.onRestart(role, signal ?? String(code));
      // One that had been well starts again at once, and its next trouble counts as its first.
      const healthy = performance.now() - startedAt > healthyMs;
      const delay = healthy ? 0 : (delays.get(role) ?? restartDelayMs.first);
      delays.set(role, healthy ? restartDelayMs.first : Math.min(delay * 2, restartDelayMs.last));
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (!stopping) start(role);
      }, delay);
      timers.add(timer);
    });
  };

  start('control');
  start('edge');

  return {
    ready: ready.promise,
    failed: failed.promise,
    async stop() {
      stopping = true;
      for (const timer of timers) clearTimeout(timer);
      const ms = options.config.replicas ? graceMs.replica : graceMs.alone;
      await Promise.all([...children.values()].map((child) => endChild(child, ms)));
    },
  };
}

function endChild(child: ChildProcess, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), ms);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
