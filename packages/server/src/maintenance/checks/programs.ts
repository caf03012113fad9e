import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { createInstaller, ensureJava, ensurePython, findProgram } from '../../setup/programs.ts';
import { setUpSteps } from '../../setup/steps.ts';
import { sparkVersionOf } from '../../spark-version.ts';
import { FatalError } from '../../supervise/messages.ts';
import { ok, problem, warning, type Finding } from '../finding.ts';

/** The sentences of set-up say both, what is missing and what to do. */
async function asSetUpSays(about: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return ok(about, await look());
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    const [text = '', ...todo] = error.message.split(/(?<=\.) (?=Please )/);
    return problem(about, text, todo.join(' '));
  }
}

export const checkPython = (config: Config): Promise<Finding> =>
  asSetUpSays('Python', async () => `${await ensurePython(config.python, createInstaller(false))} makes environments.`);

export const checkJava = (config: Config): Promise<Finding> =>
  asSetUpSays('Java', async () => {
    await ensureJava(config.javaHome, createInstaller(false));
    return config.javaHome === null ? `${await findProgram('java')} runs Spark.` : `${config.javaHome} runs Spark.`;
  });

export async function checkSpark(config: Config): Promise<Finding> {
  const about = 'Spark';
  const version = sparkVersionOf(config.sparkHome);
  if (version !== null) return ok(about, `Spark ${version} is in ${config.sparkHome}.`);
  return config.sparkHome === join(config.paths.tools, 'spark')
    ? problem(about, 'Spark has not been set up yet.', 'Please run: ./start --set-up-only')
    : problem(
        about,
        `There is no Spark in ${config.sparkHome}: it has no jars/spark-core_….jar.`,
        'Please name a whole distribution with EMBERLAB_SPARK_HOME, or unset it: ./start installs one then.',
      );
}

/** What `./start` makes, and has not made. */
export async function checkSetUp(config: Config): Promise<Finding> {
  const missing: string[] = [];
  for (const { title, needed } of await setUpSteps(config, { mayInstall: false })) {
    if (await needed()) missing.push(title);
  }
  return missing.length === 0
    ? ok('Set-up', 'All that ./start makes is there.')
    : warning(
        'Set-up',
        `Still to be made, or to be made anew: ${missing.join('; ')}.`,
        'The next ./start does so; ./start --set-up-only does nothing else.',
      );
}
