import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInstaller, findProgram } from '../packages/server/src/setup/programs.ts';
import { ensureDockerImage } from './docker-image.ts';
import { ensureHelm } from './helm.ts';
import { ensureMinikubernetes } from './minikubernetes.ts';
import { ensurePostgres } from './postgres.ts';
import { ensureSparkImage, whyNoPods } from './spark-image.ts';
import { writeFileAtomic } from '../packages/server/src/lib/files.ts';

/**
 * `./test [checks|unit|driver|e2e|postgres|contract|clusters|storm …]`: all of them but the last four without an argument. Installs what the tests need beyond what `./start` sets up, into `build/`;
 * stops at the first part that fails.
 */
const root = join(import.meta.dirname, '..');
const build = join(root, 'build');
const data = join(build, 'test-data');
const python = join(build, 'test-python');
/** clients of Livy, each in an environment of its own */
const clients = join(build, 'test-clients');
/** a server that speaks S3, in an environment of its own */
const objectStore = join(build, 'test-object-store');
const uv = join(data, 'tools/bin/uv');
/** The older of the two versions of Spark that drivers are tested with; the newer one is the platform's own. */
const olderSpark = '3.5.8';
const olderSparkHome = join(build, `spark-${olderSpark}`);
/** Where `SparkR_VERSION.tar.gz` is, which isn't part of this repository; tests of R are skipped without it. */
const sparkrPackage = process.env['EMBERLAB_TEST_SPARKR'] ?? join(root, '../shared/sparkr');
/** The archive of the newer one's classes lies where the platform looks for it, so that no platform of the end-to-end tests makes one. */
const archives = { newer: join(data, 'tools/class-archives'), older: join(build, 'class-archives') };
const rLibrary = join(build, 'test-r-library');
/** What is written in Python. */
const pythonFolders = [
  'driver',
  'jupyter',
  'examples',
  'e2e',
  'benchmarks',
  'packages/server/src/identities',
  'packages/server/src/engines',
];
const bin = (name: string) => join(root, 'node_modules/.bin', name);

const env: NodeJS.ProcessEnv = {
  ...process.env,
  EMBERLAB_TEST_DATA: data,
  EMBERLAB_TEST_SPARK_HOME: join(data, 'tools/spark'),
  EMBERLAB_TEST_SPARK35_HOME: olderSparkHome,
  EMBERLAB_TEST_PYTHON: join(python, 'bin/python'),
  EMBERLAB_TEST_CLIENTS: clients,
  EMBERLAB_TEST_OBJECT_STORE: objectStore,
  EMBERLAB_TEST_UV: uv,
  EMBERLAB_TEST_R_LIBRARY: rLibrary,
  // On two cores vitest would take one: much of what the tests do is to wait, for processes and for time to pass.
  VITEST_MAX_WORKERS: '3',
};

/** Runs a command with its output on the terminal. Answers its exit code. */
function run(file: string, args: readonly string[], options: { cwd?: string } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd ?? root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function must(
  title: string,
  file: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<void> {
  const start = performance.now();
  process.stdout.write(`── ${title}\n`);
  const code = await run(file, args, options);
  if (code !== 0) {
    process.stdout.write(`${title} failed.\n`);
    process.exit(code);
  }
  process.stderr.write(`   ${title}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

const node = (title: string, script: string, ...args: string[]) =>
  must(title, process.execPath, [join(root, script), ...args]);

/** Runs tests while there is a PostgreSQL server for them. */
const withPostgres = (title: string, args: readonly string[]) =>
  node(title, 'scripts/with-postgres.ts', bin('vitest'), ...args);

/** What fails is tried once more; what passes then is named at the end (`unsteady-tests.ts`). */
const secondTry = '--retry=1';

/** Makes a virtual environment with these requirements, unless it is there. */
async function pythonWith(title: string, folder: string, file: string): Promise<void> {
  const requirements = await readFile(file, 'utf8');
  const stamp = join(folder, '.requirements');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === requirements) return;
  await rm(folder, { recursive: true, force: true });
  await must(title, uv, ['venv', '--quiet', '--python', 'python3', folder]);
  await must('Its packages', uv, ['pip', 'install', '--quiet', '--python', join(folder, 'bin/python'), '-r', file]);
  await writeFileAtomic(stamp, requirements);
}

/** The platform's own set-up, then Python packages for the tests, another Spark, and a browser. */
async function prepare(): Promise<void> {
  mkdirSync(build, { recursive: true });
  await node('Set-up', 'packages/server/src/main.ts', 'supervise', '--set-up-only', '--data', data);
  await pythonWith('Python for the tests', python, join(root, 'driver/requirements-test.txt'));
  await pythonWith('A server that speaks S3', objectStore, join(root, 'driver/requirements-object-store.txt'));
  for (const name of ['airflow', 'pylivy']) {
    await pythonWith(`Client of Livy: ${name}`, join(clients, name), join(root, `e2e/src/clients/${name}.txt`));
  }
  if (!existsSync(olderSparkHome)) {
    const packages = `${olderSparkHome}.packages`;
    const target = ['--python', join(python, 'bin/python'), '--target', packages];
    await rm(packages, { recursive: true, force: true });
    await must(`Spark ${olderSpark}`, uv, [
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      ...target,
      `pyspark==${olderSpark}`,
    ]);
    await rename(join(packages, 'pyspark'), olderSparkHome);
    await rm(packages, { recursive: true, force: true });
  }
  for (const [home, folder] of [
    [join(data, 'tools/spark'), archives.newer],
    [olderSparkHome, archives.older],
  ] as const) {
    await node('Archive of Spark classes', 'scripts/class-archive.ts', home, folder, join(python, 'bin/python'));
  }
  await prepareR();
  await ensurePostgres();
  if ((await findProgram('chromium')) === null) {
    process.stdout.write('── Chromium\n');
    await createInstaller(true).install(
      ['chromium', 'fonts-dejavu-core'],
      'Chromium is missing, and the browser tests need it. Please install it, for example with: apt-get install chromium',
    );
  }
}

/** R, its package jsonlite, and SparkR. */
async function prepareR(): Promise<void> {
  const hasJsonlite = async () => (await run('Rscript', ['-e', 'invisible(loadNamespace("jsonlite"))'])) === 0;
  if ((await findProgram('R')) === null || !(await hasJsonlite())) {
    process.stdout.write('── R\n');
    await createInstaller(true).install(
      ['r-base-core', 'r-cran-jsonlite'],
      'R or its package jsonlite is missing, and the tests need both. Please install it, for example with: apt-get install r-base-core r-cran-jsonlite',
    );
  }
  const names = await readdir(sparkrPackage).catch((): string[] => []);
  const archive = names.find((name) => /^SparkR_.*\.tar\.gz$/.test(name));
  if (archive === undefined || existsSync(join(rLibrary, 'SparkR'))) return;
  mkdirSync(rLibrary, { recursive: true });
  const file = join(sparkrPackage, archive);
  await must('SparkR', 'R', ['CMD', 'INSTALL', '--no-docs', '--no-test-load', '-l', rLibrary, file]);
}

/** MIT's Kerberos server, for clusters that ask who one is; Debian has its programs off the PATH of most users. */
async function ensureKerberos(): Promise<void> {
  if (existsSync('/usr/sbin/krb5kdc') && existsSync('/usr/sbin/kadmin.local') && existsSync('/usr/bin/kinit')) return;
  process.stdout.write('── Kerberos\n');
  await createInstaller(true).install(
    ['krb5-kdc', 'krb5-admin-server', 'krb5-user'],
    'A Kerberos server is missing, and the tests of clusters need it. Please install it, for example with: apt-get install krb5-kdc krb5-admin-server krb5-user',
  );
}

/** Hadoop with its little clusters, by Maven, and what starts them. Answers where they are. */
async function prepareHadoop(): Promise<string> {
  const source = join(root, 'e2e/clusters/minihadoop');
  const home = join(build, 'test-hadoop');
  const stamp = join(home, '.pom');
  const wanted = await readFile(join(source, 'pom.xml'), 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) !== wanted) {
    if ((await findProgram('mvn')) === null) {
      await createInstaller(true).install(
        ['maven'],
        'Maven is missing, and the tests of clusters need it. Please install it, for example with: apt-get install maven',
      );
    }
    await rm(home, { recursive: true, force: true });
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(home, 'lib')}`];
    await must('Hadoop', 'mvn', ['-q', '-B', '-f', join(source, 'pom.xml'), ...goal]);
    await writeFileAtomic(stamp, wanted);
  }
  const sources = ['MiniHadoop.java', 'SecureIOUtils.java'].map((name) => join(source, name));
  const files = ['-cp', join(home, 'lib/*'), '-d', join(home, 'classes'), ...sources];
  await must('The little cluster of Hadoop', 'javac', ['-nowarn', ...files]);
  return home;
}

const typedFolders = [
  'packages/contract',
  'packages/server',
  'packages/web',
  'packages/cli',
  'packages/docs',
  'jupyter/lab',
  'e2e',
  'benchmarks',
  'scripts',
];

/** What takes too long for a run of everything. */
const withoutLong = ['livy/emberlab', 'livy/spark35', 'storm/storm', 'storm/upgrade', 'clusters/*'].flatMap((name) => [
  '--exclude',
  `**/src/${name}.test.ts`,
]);

const parts: Record<string, () => Promise<void>> = {
  async checks() {
    await must('Format', bin('oxfmt'), ['--check', '.']);
    await must('Lint', bin('oxlint'), ['--deny-warnings']);
    for (const folder of typedFolders) await must(`Types of ${folder}`, bin('tsc'), ['-p', folder]);
    await node('Layers', 'scripts/check-layers.ts');
    await must('Dead code', bin('knip'), []);
    await node('Reference pages', 'scripts/reference.ts', '--check');
    await node('Conformance', 'scripts/check-conformance.ts');
    await node('First load', 'scripts/check-first-load.ts');
    const ruff = join(python, 'bin/ruff');
    await must('Python lint', ruff, ['check', ...pythonFolders]);
    await must('Python format', ruff, ['format', '--check', ...pythonFolders]);
  },
  async driver() {
    for (const [version, folder] of [
      ['SPARK', archives.newer],
      ['SPARK35', archives.older],
    ] as const) {
      const archive = (await readdir(folder).catch(() => [])).find((name) => name.endsWith('.jsa'));
      if (archive !== undefined) env[`EMBERLAB_TEST_${version}_ARCHIVE`] = join(folder, archive);
    }
    // Two files at a time: most of what they do is to wait for Spark, which has drivers of its own in each.
    await must('Driver tests', join(python, 'bin/pytest'), ['-q', '-n', '2', '--dist', 'loadfile'], {
      cwd: join(root, 'driver'),
    });
  },
  unit: () => withPostgres('Unit and integration tests', ['run', secondTry, '--project', '!e2e']),
  e2e: () => withPostgres('End-to-end tests', ['run', secondTry, '--project', 'e2e', ...withoutLong]),
  // Those of the stores once more, on the other database; part of the unit tests.
  postgres: () => withPostgres('Tests on PostgreSQL', ['run', '--project', 'server on PostgreSQL']),
  // Not in a run of everything: it takes as long as half of the rest.
  contract: () => must("Livy's contract", bin('vitest'), ['run', '--project', 'e2e', 'src/livy/']),
  // Nor are these: each starts a cluster of its own.
  async clusters() {
    env['EMBERLAB_TEST_CLUSTERS'] = '1';
    env['EMBERLAB_TEST_HADOOP'] = await prepareHadoop();
    env['EMBERLAB_TEST_KUBERNETES'] = await ensureMinikubernetes(join(build, 'clusters'), must);
    const noPods = whyNoPods();
    if (noPods === null) {
      const home = join(data, 'tools/spark');
      env['EMBERLAB_TEST_SPARK_IMAGE'] = await ensureSparkImage(join(build, 'clusters'), home, must);
    } else process.stdout.write(`${noPods}\n`);
    await ensureKerberos();
    env['EMBERLAB_TEST_DOCKER'] = await ensureDockerImage(join(build, 'clusters'), must);
    env['EMBERLAB_TEST_HELM'] = await ensureHelm(join(build, 'clusters'), must);
    const files = [
      'real-standalone',
      'real-yarn',
      'real-hdfs',
      'real-kubernetes',
      'real-docker',
      'real-image',
      'real-manifests',
    ];
    // One cluster at a time: two nodes would have the same addresses, and the same images.
    await must('Clusters', bin('vitest'), ['run', '--project', 'server', '--no-file-parallelism', ...files]);
    await withPostgres('Notebooks on clusters', ['run', '--project', 'e2e', '--no-file-parallelism', 'src/clusters/']);
  },
  // Nor are these: ten minutes of work each while the platform's processes are killed, and an upgrade under load.
  storm: () => {
    env['EMBERLAB_TEST_STORM_SECONDS'] ??= '600';
    return withPostgres('Storms', ['run', '--project', 'e2e', 'src/storm/']);
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}.\n`);
  process.exit(2);
}
await prepare();
if (wanted.length === 0) {
  await parts['checks']?.();
  await parts['driver']?.();
  // Both in one run: one summary at the very end says it all.
  await withPostgres('Unit, integration and end-to-end tests', ['run', secondTry, ...withoutLong]);
} else {
  for (const [name, part] of Object.entries(parts)) if (wanted.includes(name)) await part();
}
