import { rounds } from '../tools.ts';
import type { Side } from './side.ts';

export type Sides = readonly [ours: Side, theirs: Side];

/** Values of one figure, ours and theirs. */
export type Pair = { readonly ours: number[]; readonly theirs: number[] };

/** Measures several figures of both sides, in turns, and who begins changes with each round. Answers the values by the figures' names. */
export async function inTurns<Name extends string>(
  sides: Sides,
  names: readonly Name[],
  measure: (side: Side) => Promise<Record<Name, number>>,
): Promise<Record<Name, Pair>> {
  const pairs = Object.fromEntries(names.map((name) => [name, { ours: [], theirs: [] }])) as unknown as Record<
    Name,
    Pair
  >;
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const values = await measure(side);
      for (const name of names) pairs[name][side === sides[0] ? 'ours' : 'theirs'].push(values[name]);
    }
  }
  return pairs;
}
