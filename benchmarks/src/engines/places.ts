import type { Place } from './place.ts';
import { standalone } from './standalone.ts';
import { yarn } from './yarn.ts';

/** The places by the words that `./bench engines` takes. */
export const places: Readonly<Record<string, (sparkHome: string) => Promise<Place>>> = { standalone, yarn };
