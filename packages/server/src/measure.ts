/** What `./bench` runs the control plane with: in a process of its own, with what it measures in the place of real servers and drivers. */
export { readConfig } from './config.ts';
export type { DriverHandle, DriverSpec, Engine } from './engines/engine.ts';
export type { ProcessIdentity } from './lib/process.ts';
export { identify } from './lib/process.ts';
export { tidyMemoryAtRest } from './lib/tidy-memory.ts';
export type { Adapters } from './platform-adapters.ts';
export { startControl } from './roles/control.ts';
export type { Spawner } from './spawners/spawner.ts';
export { nodeOptions } from './supervise/supervise.ts';
