import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readFile, readdir, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { agentFolder, javaHomeOf, pathOf, type SubmitOptions } from './submit.ts';

/** Why there can be no archive, as a sentence for the log. */
export class NoArchive extends Error {
  override readonly name = 'NoArchive';
}

/** Names of files that Spark reads in its `conf` folder; templates are only read by people. */
export async function filesInConf(sparkHome: string): Promise<string[]> {
  const names = await readdir(join(sparkHome, 'conf')).catch(() => []);
  return names.filter((name) => !name.endsWith('.template'));
}

/**
 * What an archive of classes is tied to, as a short word: the very JDK (where it is, which release of whom), the very jars, and what is run to
 * make it. Throws a `NoArchive` where it can't be told.
 */
export async function archiveKey(options: SubmitOptions): Promise<string> {
  const java = await findJava(options);
  const home = dirname(dirname(java));
  const facts: unknown[] = [
    java,
    await readFile(join(home, 'release'), 'utf8').catch(() => ''),
    await stamp(join(home, 'lib/server/libjvm.so')),
    // As the class path has it: the JVM compares its words.
    options.sparkHome,
    await readFile(join(agentFolder, 'training.py'), 'utf8'),
    // which kinds of code it runs
    await readFile(join(agentFolder, 'kinds.py'), 'utf8'),
  ];
  const jars = join(options.sparkHome, 'jars');
  const names = await readdir(jars).catch((cause: unknown) => {
    throw new NoArchive(`there are no jars in ${jars}`, { cause });
  });
  for (const name of names.toSorted()) facts.push([name, await stamp(join(jars, name))]);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 20);
}

/** The java that spark-submit will run, with links followed. */
async function findJava(options: SubmitOptions): Promise<string> {
  const home = javaHomeOf(options);
  const folders = home === undefined ? pathOf(options).split(delimiter) : [join(home, 'bin')];
  for (const folder of folders) {
    try {
      await access(join(folder, 'java'), constants.X_OK);
      return await realpath(join(folder, 'java'));
    } catch {
      // not here
    }
  }
  throw new NoArchive(`there is no java in ${folders.join(', ')}`);
}

async function stamp(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found === null ? 'absent' : `${found.size} ${found.mtimeMs}`;
}
