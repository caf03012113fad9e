import {
  boundWords,
  configurationLimits,
  longestEngine,
  longestPath,
  longestText,
  mostFiles,
  profileWord,
} from './bounds.ts';
import { projectFileProblem, type FileKind } from './project-file.ts';
import type { Configuration } from './shape.ts';

/** A configuration of which any number may still be a text, as forms have it, and all else is of its kind. */
export type WrittenConfiguration = Written<Configuration>;
type Written<T> = T extends { mode: string } | { type: string }
  ? { [K in keyof T]: T[K] extends number ? number | string : Written<T[K]> }
  : T;

type FieldProblem = { readonly path: readonly (string | number)[]; readonly message: string };

const { leastMemoryMb, mostMemoryMb, mostCores, mostExecutors } = configurationLimits;

/**
 * What is wrong with each field of a configuration by itself: what `configurationShape` says, without the library that it needs, so that the page with the
 * form need not load it. A test compares the two.
 */
export function fieldProblems(written: WrittenConfiguration): FieldProblem[] {
  if (written.type === 'python') {
    return [
      ...profile(written.profile),
      ...memory('memoryMb', 'Jupyter', written.memoryMb),
      ...whole(['cores'], written.cores, 1, mostCores),
      ...files('files', written.files),
      ...text('environment', written.environment),
    ];
  }
  const { executors } = written;
  return [
    ...profile(written.profile),
    ...memory('driverMemoryMb', 'The driver', written.driverMemoryMb),
    ...whole(['driverCores'], written.driverCores, 1, mostCores),
    ...memory('executorMemoryMb', 'An executor', written.executorMemoryMb),
    ...whole(['executorCores'], written.executorCores, 1, mostCores),
    ...(executors.mode === 'static'
      ? whole(['executors', 'instances'], executors.instances, 1, mostExecutors)
      : [
          ...whole(['executors', 'min'], executors.min, 0, mostExecutors),
          ...whole(['executors', 'max'], executors.max, 1, mostExecutors),
          ...whole(['executors', 'initial'], executors.initial, 0, mostExecutors),
        ]),
    ...(['archives', 'jars', 'pyFiles', 'files'] as const).flatMap((kind) => files(kind, written[kind])),
    ...text('properties', written.properties),
    ...((written.engine?.length ?? 0) > longestEngine ? problem(['engine'], boundWords.engine) : []),
  ];
}

/** The same configuration where nothing is wrong with a field. */
export const readFields = (written: WrittenConfiguration): Configuration | null =>
  fieldProblems(written).length === 0 ? (written as Configuration) : null;

const problem = (path: FieldProblem['path'], message: string): FieldProblem[] => [{ path, message }];

const profile = (name: string | null): FieldProblem[] =>
  name === null || profileWord.test(name) ? [] : problem(['profile'], boundWords.profile);

function whole(path: FieldProblem['path'], value: number | string, least: number, most: number): FieldProblem[] {
  const right = Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
  return right ? [] : problem(path, boundWords.whole(least, most));
}

function memory(field: string, whose: string, value: number | string): FieldProblem[] {
  if (typeof value === 'string' || !Number.isFinite(value)) return problem([field], boundWords.memory);
  if (!Number.isSafeInteger(value)) return problem([field], boundWords.wholeMemory);
  if (value < leastMemoryMb) return problem([field], boundWords.tooLittle(whose));
  return value > mostMemoryMb ? problem([field], boundWords.memory) : [];
}

function files(kind: FileKind, paths: readonly string[]): FieldProblem[] {
  const wrong = paths.flatMap((path, index) => {
    const message = path.length > longestPath ? boundWords.path : projectFileProblem(path, kind);
    return message === undefined ? [] : problem([kind, index], message);
  });
  return paths.length > mostFiles ? [...problem([kind], boundWords.files), ...wrong] : wrong;
}

const text = (field: string, value: string): FieldProblem[] =>
  value.length > longestText ? problem([field], boundWords.text) : [];
