import type { CompiledQuery, Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** Stands in a query for a parameter whose value comes with each run. */
class Parameter {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

type Values = Readonly<Record<string, unknown>>;

/** Gives what stands for a parameter, by its name. */
export type ParametersOf<V extends Values> = <N extends string & keyof V>(name: N) => V[N];

/**
 * A query that is built and compiled once, for what every request asks: to build one takes Kysely longer than SQLite needs to run it. `build` gets what
 * stands for each parameter and puts it where the value would be, nowhere else: SQL with another number of parameters would be another query. The answered
 * function runs it with these values, and answers its rows.
 */
export function prepareQuery<V extends Values, Row>(
  db: Kysely<Database>,
  build: (parameter: ParametersOf<V>) => { compile(): CompiledQuery<Row> },
): (values: V) => Promise<Row[]> {
  // The type is what lets the query be checked as if the value stood there.
  const compiled = build((name) => new Parameter(name) as unknown as V[typeof name]).compile();
  const withValues = (values: V) =>
    compiled.parameters.map((each) => (each instanceof Parameter ? values[each.name] : each));
  return async (values) => (await db.executeQuery<Row>({ ...compiled, parameters: withValues(values) })).rows;
}

/**
 * An update, prepared once for each set of columns that it is made with. `build` gets what stands for the values to set and for those that say which rows;
 * the two must have no name in common. A change of nothing does nothing.
 */
export function prepareUpdate<Change extends Values, Key extends Values>(
  db: Kysely<Database>,
  build: (change: Change, key: ParametersOf<Key>) => { compile(): CompiledQuery },
): (key: Key, change: Change) => Promise<void> {
  const known = new Map<string, (values: Change & Key) => Promise<unknown[]>>();
  return async (key, change) => {
    const columns = Object.keys(change);
    if (columns.length === 0) return;
    const shape = columns.join();
    let run = known.get(shape);
    if (run === undefined) {
      run = prepareQuery<Change & Key, unknown>(db, (parameter) =>
        build(Object.fromEntries(columns.map((name) => [name, parameter(name)])) as Change, parameter),
      );
      known.set(shape, run);
    }
    await run({ ...change, ...key });
  };
}
