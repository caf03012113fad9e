import type { SparkPlace } from '@emberlab/contract';

/** Where an application runs whose configuration names an engine, or none. */
export function placeOf(place: SparkPlace, engine: string | null): SparkPlace {
  const chosen = place.choices.find(({ name }) => name === engine);
  if (chosen === undefined) return place;
  return { ...place, engine: chosen.type, master: chosen.master, executors: chosen.executors };
}
