import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { say } from '../tools.ts';
import type { Door } from './side.ts';

/** How much to ask, and for how long. The first part is not counted: connections are made in it, and code is compiled. */
export type Load = { door: Door; connections: number; seconds: number; warmUpSeconds: number };

/** What came of it. Latencies are in ms, of those that were answered well. */
export type Loaded = { perSecond: number; p50: number; p99: number; failed: number };

async function run(program: string, load: Load): Promise<Loaded> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, program), JSON.stringify(load)],
    {
      timeout: (load.warmUpSeconds + load.seconds + 30) * 1000,
    },
  );
  const loaded = JSON.parse(stdout) as Loaded;
  if (loaded.perSecond === 0) throw new Error(`nothing of ${load.door.path} was answered well`);
  if (loaded.failed > 0) say(`  ${loaded.failed} failed of ${load.door.path} on ${load.connections} connections`);
  return loaded;
}

/** Requests, one after the other on each connection. */
export const requests = (load: Load): Promise<Loaded> => run('load.program.ts', load);

/** Messages of 1 KiB and their echoes, one after the other on each WebSocket. */
export const echoes = (load: Load): Promise<Loaded> => run('echo.program.ts', load);
