import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figure } from '../figures.ts';
import { rounds } from '../tools.ts';
import type { Livy } from './livy.ts';

const rows = 100_000;

/**
 * 100 000 rows from the driver to a pandas frame, in turns: as lines of JSON, with the very code that sparkmagic runs at both ends, and as Arrow, with
 * that of our kernels. `frames.py` is run by the project's Python.
 */
export async function measureFrames(livy: Livy, session: number, python: string): Promise<Figure[]> {
  const program = join(import.meta.dirname, 'frames.py');
  const { stdout } = await promisify(execFile)(
    python,
    ['-W', 'ignore', program, livy.base, String(session), String(rows), String(rounds)],
    { env: { ...process.env, EMBERLAB_BENCH_AUTHORIZATION: livy.headers['authorization'] ?? '' } },
  );
  const { json, arrow } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { json: number[]; arrow: number[] };
  return [
    { what: `${rows} rows to a pandas frame as lines of JSON`, unit: 's', values: json },
    { what: `${rows} rows to a pandas frame as Arrow`, unit: 's', values: arrow },
    {
      what: 'JSON by Arrow, round by round',
      unit: 'times',
      values: json.map((value, index) => value / (arrow[index] ?? Number.NaN)),
      goal: 'at least 5 times',
    },
  ];
}
