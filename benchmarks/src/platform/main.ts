import type { Figure } from '../figures.ts';
import { say } from '../tools.ts';
import { measureApi } from './api.ts';
import { figuresOf, table, type Comparison } from './comparison.ts';
import { measureDeaths } from './deaths.ts';
import { installHub } from './hub-install.ts';
import { Hub } from './hub.ts';
import { measureMemory } from './memory.ts';
import { Ours } from './ours.ts';
import { measureProxy } from './proxy.ts';
import { members, users, type Kind } from './side.ts';
import { measureStart } from './start.ts';
import { measureTenAtOnce } from './ten-at-once.ts';
import { measureWebSockets } from './websockets.ts';
import type { Sides } from './turns.ts';

type Part = { readonly name: string; readonly measure: (sides: Sides) => Promise<Comparison[]> };

/** Those that start JupyterLab come first: the others have ten light servers up. */
const withJupyter: readonly Part[] = [
  { name: 'start', measure: measureStart },
  { name: 'ten-at-once', measure: measureTenAtOnce },
];
const withLight: readonly Part[] = [
  { name: 'memory', measure: measureMemory },
  { name: 'proxy', measure: measureProxy },
  { name: 'websockets', measure: measureWebSockets },
  { name: 'api', measure: measureApi },
  { name: 'deaths', measure: measureDeaths },
];

async function startAll(sides: Sides, kind: Kind): Promise<void> {
  for (const side of sides) {
    for (let member = 0; member < members; member += 1) await side.start(member, kind);
  }
}

/** Once, as theirs takes long. Ours makes users one by one, as they come in, so there is nothing to compare that with. */
const addedMembers = (ours: { added: number }, theirs: { made: number; added: number }): Comparison[] => [
  { what: `${users} users made`, unit: 's', ours: [], theirs: [theirs.made] },
  { what: `${users} members added`, unit: 's', ours: [ours.added], theirs: [theirs.added] },
];

/**
 * `./bench platform`: Emberlab beside JupyterHub, both on this machine's loopback in one run, in turns. Names of parts behind it (`./bench platform proxy`)
 * leave the others out.
 */
export async function compareWithJupyterHub(): Promise<Figure[]> {
  const parts = [...withJupyter, ...withLight];
  const asked = process.argv.slice(process.argv.indexOf('platform') + 1);
  const unknown = asked.filter((word) => !parts.some(({ name }) => name === word));
  if (unknown.length > 0) {
    throw new Error(`There is no part ${unknown.join(', ')}. Parts: ${parts.map(({ name }) => name).join(', ')}.`);
  }
  const named = parts.filter(({ name }) => asked.includes(name));
  const wanted = (parts: readonly Part[]) => parts.filter((part) => named.length === 0 || named.includes(part));
  const comparisons: Comparison[] = [];
  say('Starting Emberlab and JupyterHub');
  await using running = new AsyncDisposableStack();
  const ours = await Ours.start();
  running.defer(() => ours.remove());
  const programs = await installHub({ uv: ours.uv, python: ours.python });
  const theirs = await Hub.start(programs, ours.python);
  running.defer(() => theirs.remove());
  const seeded = { ours: await ours.addMembers(), theirs: await theirs.seed() };
  const sides: Sides = [ours, theirs];
  const run = async (parts: readonly Part[]) => {
    for (const { name, measure } of parts) {
      say(`Measuring ${name}`);
      const measured = await measure(sides);
      // Shown at once: what comes later may fail, and takes minutes.
      say(table(measured));
      comparisons.push(...measured);
    }
  };
  await run(wanted(withJupyter));
  if (wanted(withLight).length > 0) {
    await startAll(sides, 'light');
    await run(wanted(withLight));
  }
  comparisons.push(...addedMembers(seeded.ours, seeded.theirs));
  say(`\n${table(comparisons)}`);
  return comparisons.flatMap(figuresOf);
}
