import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultConfiguration, type Client } from '@emberlab/contract';
import { listProcesses } from '@emberlab/e2e/leftovers';
import type { Platform } from '@emberlab/e2e/platform';
import type { Figure } from '../figures.ts';
import { rounds, startJupyter, stopJupyter } from '../tools.ts';

/** The environment variables of the Jupyter server that runs: what its kernels find the gateway by. */
function serverVariables(platform: Platform): NodeJS.ProcessEnv {
  for (const { pid } of listProcesses(platform.data)) {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    if (variables.some((each) => each.startsWith('SPARKMAGIC_CONF_DIR='))) {
      return Object.fromEntries(
        variables
          .filter((each) => each.includes('='))
          .map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
      );
    }
  }
  throw new Error('there is no Jupyter server with a configuration for sparkmagic');
}

/** The smallest cell in the PySpark kernel, as it comes to a notebook: what it takes over the driver's own time, which is measured in whole milliseconds. */
export async function measureCells(platform: Platform, client: Client, python: string): Promise<Figure[]> {
  await startJupyter(client, { ...defaultConfiguration, driverMemoryMb: 1024 });
  try {
    const { stdout } = await promisify(execFile)(
      python,
      ['-W', 'ignore', join(import.meta.dirname, 'cells.py'), 'pysparkkernel', String(rounds * 8)],
      { env: serverVariables(platform) },
    );
    const { cell, driver } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { cell: number[]; driver: number[] };
    return [
      { what: 'a cell 1+1 in the PySpark kernel, from its request to its reply', unit: 'ms', values: cell },
      {
        what: 'the same, over the time of the driver',
        unit: 'ms',
        values: cell.map((value, index) => value - (driver[index] ?? Number.NaN)),
        goal: 'at most 60 ms',
      },
    ];
  } finally {
    await stopJupyter(client);
  }
}
