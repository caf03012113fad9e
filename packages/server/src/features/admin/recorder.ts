import type { MachineHistory, MachinePoint, MachineSample, Running, RunningKind } from '@emberlab/contract';
import { toInstant, type Clock } from '../../lib/clock.ts';
import type { MachineMeter } from './machine.ts';
import type { AdminStore } from './store.ts';
import type { Watch } from './watch.ts';

/** How often the machine is written down, ms. */
export const recordEveryMs = 30_000;
const keptMs = 24 * 3_600_000;
/** More points than that are no finer to the eye. */
const mostPoints = 480;
const hourMs = 3_600_000;

export type Recorder = ReturnType<typeof createRecorder>;

/** Writes down how the machine does, every half minute and for a day, and tells it. */
export function createRecorder(deps: {
  store: Pick<AdminStore, 'addSample' | 'samples' | 'forgetSamples'>;
  watch: Watch;
  newMeter: () => MachineMeter;
  clock: Clock;
}) {
  const { store, watch, clock } = deps;
  const recorded = deps.newMeter();
  const looked = deps.newMeter();

  const sample = async (meter: MachineMeter, running: readonly Running[]): Promise<MachineSample> => ({
    ...(await meter()),
    ...sumUp(running),
  });
  /** How it does at this moment. */
  const now = async (running: readonly Running[]): Promise<MachinePoint> => ({
    at: toInstant(clock.now()),
    ...(await sample(looked, running)),
  });

  return {
    now,

    async record(): Promise<void> {
      const at = clock.now();
      const running = (await watch.look()).map(({ shown }) => shown);
      await store.addSample({ at, sample: await sample(recorded, running) });
      await store.forgetSamples(at - keptMs);
    },

    async history(hours: number): Promise<MachineHistory> {
      const running = (await watch.look()).map(({ shown }) => shown);
      const all = await store.samples(clock.now() - hours * hourMs);
      const every = Math.ceil(all.length / mostPoints);
      // Counted from the end, so that the newest is always among them.
      const some = all.filter((_, at) => (all.length - 1 - at) % every === 0);
      return {
        now: await now(running),
        points: some.map(({ at, sample: kept }) => ({ at: toInstant(at), ...kept })),
      };
    },
  };
}

const spark: ReadonlySet<RunningKind> = new Set<RunningKind>(['session', 'batch', 'ahead', 'history']);

/** How many of each there are, and what they take together. */
function sumUp(running: readonly Running[]) {
  const sum = (these: readonly Running[], of: 'memoryMb' | 'cores'): number =>
    these.reduce((total, { use }) => total + (use?.[of] ?? 0), 0);
  const rounded = (cores: number): number => Math.round(cores * 10) / 10;
  const servers = running.filter(({ kind }) => kind === 'server');
  const drivers = running.filter(({ kind }) => spark.has(kind));
  const isThere = ({ phase }: Running): boolean => phase !== 'waiting';
  return {
    serversMemoryBytes: sum(servers, 'memoryMb') * 1024 ** 2,
    serversCores: rounded(sum(servers, 'cores')),
    sparkMemoryBytes: sum(drivers, 'memoryMb') * 1024 ** 2,
    sparkCores: rounded(sum(drivers, 'cores')),
    servers: servers.filter(isThere).length,
    spark: drivers.filter(({ kind }) => kind === 'session' || kind === 'batch').length,
    builds: running.filter((one) => one.kind === 'build' && isThere(one)).length,
    waiting: running.filter((one) => !isThere(one)).length,
  };
}
