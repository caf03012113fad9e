import { z } from 'zod';
import { askJupyter, type JupyterAccess } from './ask-jupyter.ts';

/** Our extension holds its answer for 55 s. */
const timeoutMs = 65_000;

const time = z.number().int().min(0).max(8.64e15);
const run = z.object({
  id: z.string().min(1).max(100),
  path: z.string().max(4096),
  kernel: z.string().max(100),
  firstAt: time,
  lastAt: time,
  executions: z.number().int().min(1).max(2_000_000_000),
});

/** What our extension in Jupyter says of the notebooks that ran in it: `jupyter/emberlab_jupyter/runs.py`. */
const report = z.object({ version: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER), runs: z.array(run).max(200) });
export type RunsReport = z.output<typeof report>;

/** Asks a server which notebooks ran after a version of its report; the answer comes when there is news. Null where it doesn't say. */
export type AskRuns = (server: JupyterAccess, after: number, signal: AbortSignal) => Promise<RunsReport | null>;

export const askRuns: AskRuns = (server, after, signal) =>
  askJupyter(
    server,
    `/emberlab/runs?after=${after}`,
    report,
    AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  );
