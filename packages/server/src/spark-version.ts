import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The version of a Spark distribution, by the name of its core jar; null: none there (yet). */
export function sparkVersionOf(sparkHome: string): string | null {
  try {
    const names = readdirSync(join(sparkHome, 'jars'));
    return (
      names.map((name) => /^spark-core_[\d.]+-(.+)\.jar$/.exec(name)?.[1]).find((found) => found !== undefined) ?? null
    );
  } catch {
    return null;
  }
}
