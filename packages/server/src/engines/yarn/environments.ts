import type { Clock } from '../../lib/clock.ts';
import type { Step } from '../engine.ts';
import type { Archived, Helper, PackingProgress } from './helper.ts';
import { engineError } from './sentences.ts';

/** As which folder of a container the archive is unpacked. */
const unpackedAs = 'emberlab-python';
const tidyEveryMs = 3_600_000;

const steps: Record<PackingProgress['step'], string> = {
  looked: 'The project’s Python environment is looked at',
  packed: 'The project’s Python environment is packed for the cluster',
  brought: 'The project’s Python environment is brought to the cluster’s file system (HDFS)',
  spark_packed: 'Spark is packed for the cluster, which is done once',
  spark_brought: 'Spark is brought to the cluster’s file system (HDFS), which is done once',
};

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
  readonly helper: Pick<Helper, 'environment' | 'jars' | 'tidy'>;
  readonly packed: boolean;
  /** Spark on the cluster's machines, or an archive of its jars there; both null: they are brought */
  readonly sparkOnNodes: string | null;
  readonly archive: string | null;
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
