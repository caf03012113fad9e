import { fileEndings, programEndings, projectFileProblem, type FileKind } from '@emberlab/contract';

/** What a file is picked for: one of the kinds of files of a configuration, or what a job runs. */
export type PickedKind = FileKind | 'program';

const ofPrograms: readonly string[] = [...new Set(Object.values(programEndings).flat())];

/** How names of files of a kind end; empty: as they like. */
export const endingsOf = (kind: PickedKind): readonly string[] => (kind === 'program' ? ofPrograms : fileEndings[kind]);

/** Why a path is none of a file of the kind, if so. */
export function problemOf(path: string, kind: PickedKind): string | undefined {
  if (kind !== 'program') return projectFileProblem(path, kind);
  const problem = projectFileProblem(path, 'files');
  const fits = ofPrograms.some((ending) => path.toLowerCase().endsWith(ending.toLowerCase()));
  return problem ?? (fits ? undefined : `A program ends in ${ofPrograms.join(', ').replace(/, ([^,]*)$/, ' or $1')}.`);
}
