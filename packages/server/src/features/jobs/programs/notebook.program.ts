import { readFileSync } from 'node:fs';
import { factsOf } from './notebook-facts.ts';

/** Reads a large notebook from its input and writes what it says of itself, as a process of its own: `notebook.ts` says why. */
process.stdout.write(JSON.stringify(factsOf(readFileSync(0, 'utf8'))));
