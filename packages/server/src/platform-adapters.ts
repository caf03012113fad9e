import type { Engine } from './engines/engine.ts';
import type { Spawner } from './spawners/spawner.ts';

/**
 * What takes the place of adapters that the settings have chosen, each made from the one that it replaces. So the platform can be measured with more servers and drivers than a
 * machine can run.
 */
export type Adapters = {
  readonly spawner?: (chosen: Spawner) => Spawner;
  /** of drivers on this machine */
  readonly engine?: (chosen: Engine) => Engine;
};
