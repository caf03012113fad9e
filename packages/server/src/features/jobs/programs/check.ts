import { configurationTypeOf, isNotebook, jobTypeLabels, programEndings, type Configuration } from '@emberlab/contract';
import type { JobDefinition } from '../model.ts';
import { inspectProgram } from './inspect.ts';

/** Something that is wrong with a job, by the field of its body. */
export type JobProblem = { readonly path: string; readonly message: string };

const endings = (type: JobDefinition['type']): string => programEndings[type].join(' or ');

/** Why no job can run where the files of projects are in no folder. */
export const notBrought =
  'The files of projects are in a storage outside of this machine, and Emberlab does not bring programs from there to their runs yet. Please run notebooks in Jupyter, or ask an administrator.';

/** All that is wrong with a job, but with its configuration by itself. */
export async function jobProblems(projectFolder: string, job: JobDefinition): Promise<JobProblem[]> {
  const { type, program } = job;
  const facts = await inspectProgram(projectFolder, program);
  const problems: JobProblem[] = facts.problems.map((message) => ({ path: 'program', message }));
  if (problems.length === 0 && !facts.types.includes(type)) {
    const named =
      facts.kernel === null ? '' : `; this notebook has the kernel of ${jobTypeLabels[facts.types[0] ?? type]}`;
    problems.push({
      path: 'type',
      message: `The program of a ${jobTypeLabels[type]} job ends in ${endings(type)}${named}.`,
    });
  }
  const notebook = isNotebook(program);
  if (
    program.toLowerCase().endsWith('.jar') &&
    job.mainClass === null &&
    facts.mainClass === null &&
    problems.length === 0
  ) {
    const message = `The manifest of ${program} names no main class. Please enter it, such as org.example.Main.`;
    problems.push({ path: 'mainClass', message });
  }
  if (!notebook && Object.keys(job.parameters).length > 0) {
    problems.push({ path: 'parameters', message: 'Only notebooks have parameters. Please use arguments.' });
  }
  if (notebook && job.arguments.length > 0) {
    problems.push({ path: 'arguments', message: 'A notebook has no arguments. Please use parameters.' });
  }
  problems.push(...typeProblems(job.configuration, type));
  return problems;
}

function typeProblems(configuration: Configuration, type: JobDefinition['type']): JobProblem[] {
  const wanted = configurationTypeOf(type);
  if (configuration.type === wanted) return [];
  const label = wanted === 'spark' ? 'Spark/PySpark' : 'Python';
  return [
    { path: 'configuration.type', message: `A ${jobTypeLabels[type]} job needs a configuration of type ${label}.` },
  ];
}
