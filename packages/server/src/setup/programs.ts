import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { FatalError } from '../supervise/messages.ts';

/** Where a program lies, looked up on the PATH unless it is a path itself; null: nowhere. */
export async function findProgram(name: string): Promise<string | null> {
  const candidates = name.includes('/')
    ? [name]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  for (const path of candidates) {
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return null;
}

export type Installer = {
  /** Installs Debian packages where we may; throws a `FatalError` with `sentence` where we may not, or when it fails. */
  install(packages: readonly string[], sentence: string): Promise<void>;
};

/** apt, for root on Debian and its kin, unless it is not wanted. */
export function createInstaller(allowed: boolean): Installer {
  let updated = false;
  return {
    async install(packages, sentence) {
      const apt = allowed && process.getuid?.() === 0 ? await findProgram('apt-get') : null;
      if (apt === null) throw new FatalError(sentence);
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      if (!updated) await execa(apt, ['update'], { env, reject: false });
      updated = true;
      const result = await execa(apt, ['install', '-y', '--no-install-recommends', ...packages], {
        env,
        reject: false,
        all: true,
      });
      if (result.failed)
        throw new FatalError(
          `${sentence} (apt-get could not do it: ${result.all?.trim().split('\n').at(-1) ?? 'no reason given'})`,
        );
    },
  };
}

/** A Python of at least 3.10 that can make virtual environments. Answers its path. */
export async function ensurePython(name: string, installer: Installer): Promise<string> {
  const sentence = `Python 3.10 or newer is missing (looked for ${name}). Please install it, for example with: apt-get install python3 python3-venv`;
  if ((await findProgram(name)) === null) await installer.install(['python3', 'python3-venv'], sentence);
  const python = await findProgram(name);
  if (python === null) throw new FatalError(sentence);
  const version = await execa(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { reject: false });
  const [major = 0, minor = 0] = version.failed ? [] : version.stdout.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 10)) {
    throw new FatalError(
      `${python} is Python ${version.stdout || 'of an unknown version'}; 3.10 or newer is needed. Please install one and name it with EMBERLAB_PYTHON.`,
    );
  }
  const hasVenv = async () => !(await execa(python, ['-c', 'import venv, ensurepip'], { reject: false })).failed;
  if (!(await hasVenv())) {
    await installer.install(
      ['python3-venv'],
      `${python} can't make virtual environments. Please install its venv module, for example with: apt-get install python3-venv`,
    );
    if (!(await hasVenv()))
      throw new FatalError(
        `${python} can't make virtual environments, and the package python3-venv does not help it. Please name another Python with EMBERLAB_PYTHON.`,
      );
  }
  return python;
}

/** A Java of at least 17, as Spark 4 wants it. */
export async function ensureJava(javaHome: string | null, installer: Installer): Promise<void> {
  const name = javaHome === null ? 'java' : join(javaHome, 'bin', 'java');
  const sentence = `Java 17 or newer is missing (looked for ${name}). Please install it, for example with: apt-get install openjdk-17-jdk-headless`;
  if ((await findProgram(name)) === null) {
    if (javaHome !== null) throw new FatalError(sentence);
    await installer.install(['openjdk-17-jdk-headless'], sentence);
  }
  const java = await findProgram(name);
  if (java === null) throw new FatalError(sentence);
  // "java -version" writes to stderr: openjdk version "17.0.15" 2025-04-15
  const { stderr } = await execa(java, ['-version'], { reject: false });
  const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (major < 17)
    throw new FatalError(
      `${java} is Java ${major === 0 ? 'of an unknown version' : major}; 17 or newer is needed. Please install one and name it with EMBERLAB_JAVA_HOME.`,
    );
}
