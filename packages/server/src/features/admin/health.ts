import { performance } from 'node:perf_hooks';
import type { Health, PartHealth, Running } from '@emberlab/contract';
import { toInstant } from '../../lib/clock.ts';
import type { AdminDeps } from './deps.ts';
import type { AdminStore } from './store.ts';
import type { Watch } from './watch.ts';

/** The doctor runs programs; who asks again within that time reads what it has found, ms. */
const keptMs = 20_000;
/** A process that computes for more of its time answers late. */
const busyPart = 0.8;
const slowMs = 500;
/** Whoever waits for longer wonders, ms. */
const longWaitMs = 5 * 60_000;

const ok = (about: string, text: string): PartHealth => ({ about, state: 'ok', text, todo: null });
const unwell = (about: string, state: 'warning' | 'problem', text: string, todo: string): PartHealth => ({
  about,
  state,
  text,
  todo,
});
const percent = (part: number): string => `${Math.round(part * 100)} %`;

/** How each part of the platform is, and what to do about it. */
export function createHealth(
  deps: Pick<AdminDeps, 'clock' | 'edges' | 'examine' | 'notices' | 'failedBuilds' | 'version'> & {
    store: Pick<AdminStore, 'ping'>;
    watch: Watch;
  },
) {
  const { clock } = deps;
  let loop = performance.eventLoopUtilization();
  let known: { at: number; health: Promise<Health> } | null = null;

  function control(): PartHealth {
    const now = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(now, loop).utilization;
    loop = now;
    const memory = `${Math.round(process.memoryUsage.rss() / 1024 ** 2)} MB`;
    const text = `Emberlab ${deps.version} answers. It takes ${memory}, and computed for ${percent(busy)} of the time.`;
    return busy < busyPart
      ? ok('Control', text)
      : unwell(
          'Control',
          'warning',
          text,
          'Please see logs/control.log, and /metrics for the requests that come often.',
        );
  }

  function edge(): PartHealth {
    const edges = deps.edges();
    const [first] = edges.toSorted((a, b) => b.busy - a.busy);
    if (first === undefined) {
      const todo = 'Please see logs/edge.log. ./start begins a new one by itself; where you run it apart, start it.';
      return unwell('Edge', 'problem', 'No edge has reported for a minute.', todo);
    }
    const open = edges.reduce((sum, { connections }) => sum + connections, 0);
    const what = open === 1 ? '1 request or WebSocket is' : `${open} requests and WebSockets are`;
    const text = `${what} open to Jupyter servers and Spark UIs; it computed for ${percent(first.busy)} of the time.`;
    return first.busy < busyPart
      ? ok('Edge', text)
      : unwell('Edge', 'warning', text, 'Please see by /metrics where the requests come from, and give it more cores.');
  }

  async function database(): Promise<PartHealth> {
    const begun = performance.now();
    try {
      await deps.store.ping();
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'no reason was given';
      const todo = 'Please run ./emberlab doctor, which looks at all of it, and see logs/control.log.';
      return unwell('Database', 'problem', `The database does not answer: ${reason}.`, todo);
    }
    const ms = performance.now() - begun;
    const text = `The database answers in ${ms < 1 ? 'less than 1' : Math.round(ms)} ms.`;
    return ms < slowMs
      ? ok('Database', text)
      : unwell('Database', 'warning', text, 'The disk may be busy or full. ./emberlab doctor looks at all of it.');
  }

  async function builder(running: readonly Running[]): Promise<PartHealth> {
    const failed = await deps.failedBuilds();
    const builds = running.filter(({ kind }) => kind === 'build').length;
    const some =
      builds === 1 ? '1 environment is being made or waits' : `${builds} environments are being made or wait`;
    const text = builds === 0 ? 'No environment is being made.' : `${some} for that.`;
    if (failed.length === 0) return ok('Environment builder', text);
    const named =
      failed.length > 5 ? `${failed.slice(0, 5).join(', ')} and ${failed.length - 5} more` : failed.join(', ');
    return unwell(
      'Environment builder',
      'warning',
      `The last environment could not be made in: ${named}.`,
      'The page Python libraries of the project says why, and builds anew.',
    );
  }

  function queue(running: readonly Running[]): PartHealth {
    const waiting = running.filter(({ kind, phase }) => kind === 'server' && phase === 'waiting');
    if (waiting.length === 0) return ok('Queue', 'No Jupyter server waits for its turn.');
    const oldest = Math.max(...waiting.map(({ since }) => clock.now() - Date.parse(since)));
    const who =
      waiting.length === 1 ? '1 Jupyter server waits,' : `${waiting.length} Jupyter servers wait, the longest`;
    const text = `${who} for ${Math.round(oldest / 60_000)} min.`;
    return oldest < longWaitMs
      ? ok('Queue', text)
      : unwell(
          'Queue',
          'warning',
          text,
          'They wait for those that start, or for an environment of their project. Please look at both, and at server_start_limit.',
        );
  }

  const isolation = (): PartHealth[] =>
    deps.notices.map(({ level, message }) =>
      level === 'info'
        ? ok('Isolation', message)
        : unwell('Isolation', 'warning', message, 'See "Who can read what" in the administrator’s guide.'),
    );

  async function look(): Promise<Health> {
    const running = (await deps.watch.look()).map(({ shown }) => shown);
    const own = [control(), edge(), await database(), await builder(running), queue(running), ...isolation()];
    const doctor: PartHealth[] = [];
    for await (const { about, state, text, todo = null } of deps.examine()) doctor.push({ about, state, text, todo });
    return { at: toInstant(clock.now()), parts: [...own, ...doctor] };
  }

  return {
    read(): Promise<Health> {
      const now = clock.steady();
      if (known === null || now - known.at >= keptMs) {
        const health = look();
        known = { at: now, health };
        health.catch(() => (known = null));
      }
      return known.health;
    },
  };
}
