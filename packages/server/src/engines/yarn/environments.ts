import type { Clock } from '../../lib/clock.ts';
import type { Step } from '../engine.ts';
import type { Helper, PackedEnvironment, PackingProgress } from './helper.ts';
import { engineError } from './sentences.ts';

/** As which folder of a container the archive is unpacked. */
const unpackedAs = 'emberlab-python';
const tidyEveryMs = 3_600_000;

const steps: Record<PackingProgress['step'], string> = {
  looked: 'The project’s Python environment is looked at',
  packed: 'The project’s Python environment is packed for the cluster',
  brought: 'The project’s Python environment is brought to the cluster’s file system (HDFS)',
};

/** The Python of an application, and what makes it be there. */
export type ApplicationPython = {
  readonly python: string;
  /** for `spark.yarn.dist.archives`; null: nothing goes along */
  readonly archive: string | null;
  /** by which its applications are known beside their own; null: none */
  readonly tag: string | null;
};

const packedPython = ({ archive, tag }: PackedEnvironment): ApplicationPython => ({
  python: `./${unpackedAs}/bin/python`,
  archive: `${archive}#${unpackedAs}`,
  tag,
});

/** What brings environments of projects to a cluster. `packed` false: they are there already, or a Python that stands for all of them. */
export function createEnvironments({
  clock,
  helper,
  ...options
}: {
  readonly clock: Clock;
  readonly helper: Pick<Helper, 'environment' | 'tidy'>;
  readonly packed: boolean;
  /** the folder on the cluster's file system; null: one in the home of the user */
  readonly folder: string | null;
  /** the Python of the cluster's machines; null: none, or the same one */
  readonly python: string | null;
}) {
  let tidiedAt = Number.NEGATIVE_INFINITY;
  return {
    /** Makes an environment be there. Throws an `EngineError`. */
    async bring(python: string, told: (step: Step) => void): Promise<ApplicationPython> {
      if (!options.packed) return { python: options.python ?? python, archive: null, tag: null };
      const { folder } = options;
      const packed = await helper
        .environment({ folder, python, onNodes: options.python }, ({ step, done, of }) =>
          told({ step: steps[step], progress: step === 'brought' ? `${of} MB` : `${done} of ${of} MB` }),
        )
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
