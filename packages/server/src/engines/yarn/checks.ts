import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, type DriverSpec } from '../engine.ts';
import type { Helper } from './helper.ts';
import { queueOf, type YarnPlaces } from './properties.ts';
import { engineError } from './sentences.ts';

/** Looks whether YARN would take an application with these properties. Throws an `EngineError` that says why not. */
export async function mustBeAble(
  properties: DriverSpec['properties'],
  {
    helper,
    places,
    sparkHome,
  }: { helper: Pick<Helper, 'fileSystem' | 'queue'>; places: YarnPlaces; sparkHome: string },
): Promise<void> {
  await access(join(sparkHome, 'bin/spark-submit'), constants.X_OK).catch((cause: unknown) => {
    throw new EngineError(`There is no Spark in ${sparkHome}. Please ask an administrator to install it.`, { cause });
  });
  const name = queueOf(places, properties);
  if (!places.queues.includes(name)) {
    throw new EngineError(
      `The queue ${name} is none that this engine may use: ${places.queues.join(', ')}. Please choose one of these in the configuration.`,
    );
  }
  const queue = await helper.queue(name).catch((error: unknown) => {
    throw engineError(error, 'manager');
  });
  if (queue === null || !queue.leaf) {
    throw new EngineError(
      `YARN has no queue ${name} for applications. Please choose another one, or ask an administrator.`,
    );
  }
  if (!queue.running) {
    throw new EngineError(
      `The queue ${name} of YARN is stopped, and takes no applications. Please choose another one, or ask an administrator.`,
    );
  }
  await helper.fileSystem().catch((error: unknown) => {
    throw engineError(error, 'files');
  });
}
