import type { Clock } from '../../lib/clock.ts';
import { EngineError, type Step } from '../engine.ts';
import type { Archived, ArchivesOfR, PackingProgress } from './answers.ts';
import type { Helper } from './helper.ts';
import { engineError } from './sentences.ts';

/** As which folder of a container the archive is unpacked. */
const unpackedAs = 'emberlab-python';
const tidyEveryMs = 3_600_000;

const steps: Record<PackingProgress['step'], string> = {
  looked: 'The project’s Python environment is looked at',
  packed: 'The project’s Python environment is packed for the cluster',
  brought: 'The project’s Python environment is brought to the cluster’s file system (HDFS)',
  spark_packed: 'Spark is packed for the cluster, which is done once',
  r_packed: 'R is packed for the cluster, which is done once',
  r_brought: 'R is brought to the cluster’s file system (HDFS), which is done once',
  spark_brought: 'Spark is brought to the cluster’s file system (HDFS), which is done once',
};

const noR =
  'R is not installed on Emberlab’s machine, so it can’t be brought to the cluster. An administrator can install it, for example with: apt-get install r-base-core r-cran-jsonlite';
const noSparkr =
  'R’s package SparkR is not installed on Emberlab’s machine, so it can’t be brought to the cluster. An administrator can use a Spark distribution that has it in R/lib, or name its library in the setting sparkr_library.';

const telling =
  (told: (step: Step) => void) =>
  ({ step, done, of }: PackingProgress): void =>
    told({ step: steps[step], progress: step.endsWith('brought') ? `${of} MB` : `${done} of ${of} MB` });

/** The Python of an application, and what makes it be there. */
export type ApplicationPython = {
  readonly python: string;
  /** for `spark.yarn.dist.archives`; null: nothing goes along */
  readonly archive: string | null;
  /** by which its applications are known beside their own; null: none */
  readonly tag: string | null;
};

const packedPython = ({ archive, tag }: Archived): ApplicationPython => ({
  python: `./${unpackedAs}/bin/python`,
  archive: `${archive}#${unpackedAs}`,
  tag,
});

/** What brings environments of projects, and Spark itself, to a cluster. `packed` false: they are there already, or a Python that stands for all of them. */
export function createEnvironments({
  clock,
  helper,
  ...options
}: {
  readonly clock: Clock;
  readonly helper: Pick<Helper, 'environment' | 'jars' | 'r' | 'tidy'>;
  readonly packed: boolean;
  /** Spark on the cluster's machines, or an archive of its jars there; both null: they are brought */
  readonly sparkOnNodes: string | null;
  readonly archive: string | null;
  /** whose R runs on the cluster: that of its machines, or one that goes along */
  readonly r: 'machines' | 'packed';
  /** where SparkR may be on this machine */
  readonly sparkrLibraries: readonly string[];
  /** the folder on the cluster's file system; null: one in the home of the user */
  readonly folder: string | null;
  /** the Python of the cluster's machines; null: none, or the same one */
  readonly python: string | null;
}) {
  let tidiedAt = Number.NEGATIVE_INFINITY;
  return {
    /** Makes Spark be there; null: it is, as the settings have it. Throws an `EngineError`. */
    async bringSpark(told: (step: Step) => void, signal?: AbortSignal): Promise<Archived | null> {
      if (options.sparkOnNodes !== null || options.archive !== null) return null;
      return helper.jars(options.folder, telling(told), signal).catch((error: unknown) => {
        throw engineError(error, 'files');
      });
    },

    /** Makes SparkR be there, and R where the settings want it. Throws an `EngineError`, for what can't do without them (`needed`) also where this machine has none. */
    async bringR(
      { needed }: { readonly needed: boolean },
      told: (step: Step) => void,
      signal?: AbortSignal,
    ): Promise<ArchivesOfR> {
      const packed = options.r === 'packed';
      const found = await helper
        .r({ folder: options.folder, libraries: options.sparkrLibraries, packed }, telling(told), signal)
        .catch((error: unknown) => {
          throw engineError(error, 'files');
        });
      if (needed && packed && found.r === null) throw new EngineError(noR);
      if (needed && packed && found.sparkr === null) throw new EngineError(noSparkr);
      return found;
    },

    /** Makes an environment be there. Throws an `EngineError`. */
    async bring(python: string, told: (step: Step) => void, signal?: AbortSignal): Promise<ApplicationPython> {
      if (!options.packed) return { python: options.python ?? python, archive: null, tag: null };
      const { folder } = options;
      const packed = await helper
        .environment({ folder, python, onNodes: options.python }, telling(told), signal)
        .catch((error: unknown) => {
          throw engineError(error, 'files');
        });
      if (clock.now() - tidiedAt >= tidyEveryMs) {
        tidiedAt = clock.now();
        // The next one does what this one can't.
        void helper.tidy(folder).catch(() => undefined);
      }
      return packedPython(packed);
    },
  };
}

export type Environments = ReturnType<typeof createEnvironments>;
