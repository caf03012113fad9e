import type { Config } from '../config.ts';
import { checkDataFolder, checkPort } from './preflight.ts';
import { setUpSteps } from './steps.ts';

/**
 * Makes what is missing, with a line for each step on `say`. Quick when nothing is. The data folder has been checked and claimed; before long work
 * so are the disk and, when it `willServe`, the port. Throws a `FatalError` with a sentence for the person at the terminal; what was made until then
 * stays, half of a step is made again the next time.
 */
export async function setUp(
  config: Config,
  options: { mayInstall: boolean; willServe: boolean; say: (text: string) => void },
): Promise<void> {
  const steps = await setUpSteps(config, options);
  const missing = [];
  for (const step of steps) if (await step.needed()) missing.push(step);
  if (missing.length > 1) {
    if (options.willServe) await checkPort(config.host, config.port);
    await checkDataFolder(config.dataDir, true);
  }
  // Members' processes run as users of their own, where that is possible, and all read what is made here: nothing of it is secret.
  const before = process.umask(0o022);
  try {
    for (const [index, step] of missing.entries()) {
      const start = performance.now();
      options.say(`[${index + 1}/${missing.length}] ${step.title} …`);
      await step.run();
      options.say(` ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    }
  } finally {
    process.umask(before);
  }
}
