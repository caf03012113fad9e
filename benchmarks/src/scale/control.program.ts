import { readConfig, startControl, tidyMemoryAtRest } from '@emberlab/server/measure';
import { simulated, type World } from './adapters.ts';

/** The control plane with simulated servers and drivers: `control.program.ts WORLD`, a `World` as JSON. It says `ready` once it serves, and ends with its standard input. */
const stopped = new Promise<void>((resolve) => process.stdin.on('end', resolve).resume());
tidyMemoryAtRest();
const running = await startControl(
  readConfig(process.env),
  (message) => process.stdout.write(`${message.type}\n`),
  stopped,
  simulated(JSON.parse(process.argv[2] ?? '') as World),
);
await stopped;
await running.close();
process.exit(0);
