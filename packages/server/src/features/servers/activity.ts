import { z } from 'zod';
import { askJupyter, type JupyterAccess } from './ask-jupyter.ts';
import type { Activity } from './store.ts';

const timeoutMs = 5000;

const one = z.object({ name: z.string().max(4096).nullable(), busy: z.boolean(), lastActivity: z.number().nullable() });

/** What our extension in Jupyter says of it: `jupyter/emberlab_jupyter/activity.py`. */
const report = z.object({ kernels: z.array(one).max(10_000), terminals: z.array(one).max(10_000) });
export type ActivityReport = z.output<typeof report>;

/** Asks a server what goes on in it; null where it doesn't say. */
export type AskActivity = (server: JupyterAccess) => Promise<ActivityReport | null>;

export const askActivity: AskActivity = (server) =>
  askJupyter(server, '/emberlab/activity', report, AbortSignal.timeout(timeoutMs));

/**
 * The last thing that was no idleness, from what Jupyter says, the name of a notebook whose Spark statement runs, and what was known before. `now` in ms
 * since the epoch; a time that a server claims to lie ahead is none.
 */
export function latestActivity(
  seen: ActivityReport,
  spark: { readonly name: string | null } | null,
  before: Activity,
  now: number,
): Activity {
  const busy = [
    ...seen.kernels.filter((kernel) => kernel.busy).map(({ name }) => ({ kind: 'kernel' as const, name })),
    ...(spark === null ? [] : [{ kind: 'spark' as const, name: spark.name }]),
    ...seen.terminals.filter((terminal) => terminal.busy).map(({ name }) => ({ kind: 'terminal' as const, name })),
  ];
  const [first] = busy;
  if (first !== undefined) return { ...first, at: now, now: true };
  const past = [
    ...seen.kernels.map((kernel) => ({ ...kernel, kind: 'kernel' as const })),
    ...seen.terminals.map((terminal) => ({ ...terminal, kind: 'terminal' as const })),
  ];
  let latest: Activity = { ...before, now: false };
  for (const { kind, name, lastActivity } of past) {
    if (lastActivity !== null && lastActivity > latest.at && lastActivity <= now) {
      latest = { kind, name, at: lastActivity, now: false };
    }
  }
  return latest;
}
