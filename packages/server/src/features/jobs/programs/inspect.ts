import {
  isNotebook,
  jobTypeLabels,
  jobTypes,
  kernelLabel,
  programEndings,
  type JobType,
  type NotebookParameter,
} from '@emberlab/contract';
import { readJar } from './jar.ts';
import { readNotebook, typeOfKernel } from './notebook.ts';
import { openInProject } from './open.ts';

/** What can be told of a program from its file. */
export type ProgramFacts = {
  /** what it can be, the likeliest first */
  readonly types: readonly JobType[];
  /** of a jar */
  readonly mainClass: string | null;
  /** of a notebook */
  readonly kernel: string | null;
  /** of a notebook */
  readonly parameters: readonly NotebookParameter[];
  /** why it can't be run as it is, as sentences */
  readonly problems: readonly string[];
};

const endsWith = (program: string, ending: string): boolean => program.toLowerCase().endsWith(ending.toLowerCase());

/** The types whose programs end so. A Python file is taken for one that uses Spark: that is what the platform is for. */
const typesFor = (program: string): JobType[] =>
  jobTypes.filter((type) => programEndings[type].some((ending) => endsWith(program, ending)));

/** Looks at a program in the project. */
export async function inspectProgram(projectFolder: string, program: string): Promise<ProgramFacts> {
  const types = typesFor(program);
  const none = { types, mainClass: null, kernel: null, parameters: [] };
  if (types.length === 0) {
    return { ...none, problems: ['A program has to end in .py, .ipynb, .jar or .R.'] };
  }
  const file = await openInProject(projectFolder, program);
  if (file === null) {
    const sentence = `There is no file ${program} in the project. (A link that leads out of the project counts as none.)`;
    return { ...none, problems: [sentence] };
  }
  try {
    if (endsWith(program, '.jar')) {
      const { archive, mainClass } = await readJar(file);
      const problem = `${program} is not a jar. Please name a file that a build of classes makes.`;
      return { ...none, mainClass, problems: archive ? [] : [problem] };
    }
    if (!isNotebook(program)) return { ...none, problems: [] };
    const facts = await readNotebook(file);
    if ('problem' in facts) return { ...none, problems: [`${program} can't be run. ${facts.problem}`] };
    const { kernel, parameters } = facts;
    if (kernel === null) {
      return {
        ...none,
        parameters,
        problems: [`${program} names no kernel. Please open it in Jupyter, choose one and save it.`],
      };
    }
    const type = typeOfKernel(kernel);
    if (type === null) {
      const known = jobTypes.map((one) => jobTypeLabels[one]).join(', ');
      const sentence = `${program} has the kernel ${kernelLabel(kernel)}, which jobs do not know. Please choose one of ${known} in Jupyter and save it.`;
      return { ...none, kernel, parameters, problems: [sentence] };
    }
    return { types: [type], mainClass: null, kernel, parameters, problems: [] };
  } finally {
    await file.close();
  }
}
