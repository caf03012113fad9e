import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { EnvironmentOperation, NewOperation, ProjectEvent } from '@emberlab/contract';
import type { ProjectChange } from '../../../http/project-events.ts';
import { oneUser } from '../../../identities/one-user.ts';
import { unixRig } from '../../../identities/unix/testing.ts';
import { createBus } from '../../../lib/bus.ts';
import { systemClock } from '../../../lib/clock.ts';
import { seedProject, seedUser, testDatabase } from '../../../testing/database.ts';
import type { EnvironmentsDeps } from '../index.ts';
import { createEnvironments } from '../index.ts';
import { wheel, type Package } from './archives.ts';
import { localIndex } from './local-index.ts';

/** The real installer; what needs it is left out without. */
export const uv = process.env['EMBERLAB_TEST_UV'];

const repository = join(import.meta.dirname, '../../../../../..');
const kernel = JSON.stringify({ argv: [], display_name: '?' });

/** A base set that is small and has the shape of the real one. */
const basePackages: readonly Package[] = [
  { name: 'jupyterlab', version: '4.6.1', requires: ['jupyter-server>=2', 'tornado>=6'] },
  { name: 'jupyter-server', version: '2.1', requires: ['tornado>=6.2'] },
  { name: 'tornado', version: '6.5' },
  { name: 'nbclassic', version: '1.3', requires: ['jupyter-server'] },
  {
    name: 'ipykernel',
    version: '7.0',
    files: {
      'ipykernel.py': '',
      'ipykernel-7.0.data/data/share/jupyter/kernels/python3/kernel.json': kernel,
    },
  },
  {
    name: 'sparkmagic',
    version: '0.23.0',
    requires: ['pandas>=2', 'ipykernel'],
    files: Object.fromEntries([
      ['sparkmagic/__init__.py', ''],
      ['sparkmagic/kernels/__init__.py', ''],
      ...['pysparkkernel', 'sparkkernel', 'sparkrkernel'].map((name) => [
        `sparkmagic/kernels/${name}/kernel.json`,
        kernel,
      ]),
    ]) as Record<string, string>,
  },
  { name: 'autovizwidget', version: '0.23.0' },
  { name: 'hdijupyterutils', version: '0.23.0' },
  { name: 'pandas', version: '2.3.1' },
];
const baseLines = [
  'jupyterlab==4.6.*',
  'nbclassic==1.*',
  'ipykernel==7.*',
  'sparkmagic==0.23.*',
  'autovizwidget==0.23.*',
  'hdijupyterutils==0.23.*',
  'pandas==2.3.*',
];

/** What goes into environments: the repository's own program, and the small base set. */
async function makeJupyterFolder(folder: string): Promise<void> {
  await mkdir(join(folder, 'requirements'), { recursive: true });
  await mkdir(join(folder, 'emberlab_jupyter'));
  for (const name of ['build_environment.py', 'keep_wheel.py', 'builder', 'icons'])
    await cp(join(repository, 'jupyter', name), join(folder, name), { recursive: true });
  await writeFile(join(folder, 'emberlab_jupyter', '__init__.py'), '__version__ = "1.0"\n');
  const lock = basePackages.map((one) => {
    const hash = createHash('sha256').update(wheel(one)).digest('hex');
    return `${one.name}==${one.version} \\\n    --hash=sha256:${hash}\n`;
  });
  await writeFile(join(folder, 'requirements', 'base.in'), `# the base set\n${baseLines.join('\n')}\n`);
  await writeFile(join(folder, 'requirements', 'base.txt'), lock.join(''));
  await writeFile(
    join(folder, 'requirements', 'overrides.txt'),
    "# for a reason\nslow-checker ; sys_platform == 'never'\n",
  );
}

export type LibrariesFixture = Awaited<ReturnType<typeof librariesFixture>>;

/** Environments that are really built: with uv, from an index in this process. Its project has its first revision already. */
export async function librariesFixture(
  options: { limits?: NonNullable<EnvironmentsDeps['limits']>; unix?: boolean } = {},
) {
  const python = process.env['EMBERLAB_TEST_PYTHON'] ?? 'python3';
  const rig =
    options.unix === true ? await unixRig({ needed: [realpathSync(uv ?? ''), dirname(dirname(python))] }) : null;
  const { db, [Symbol.asyncDispose]: closeDb } = rig ?? (await testDatabase());
  const dataDir = rig?.folder ?? (await mkdtemp(join(tmpdir(), 'ember-libraries-')));
  const index = await localIndex(basePackages);
  const jupyterFolder = join(dataDir, 'jupyter');
  await makeJupyterFolder(jupyterFolder);
  await mkdir(join(dataDir, 'tools', 'bin'), { recursive: true });
  await symlink(realpathSync(uv ?? ''), join(dataDir, 'tools', 'bin', 'uv'));
  const ada = await seedUser(db);
  const projectId = await seedProject(db, ada);
  const events: ProjectEvent[] = [];
  const errors: unknown[] = [];
  const bus = createBus<ProjectChange>((error) => errors.push(error));
  bus.subscribe((change) => {
    const event = change.present({ userId: ada, role: 'viewer' });
    if (event !== null) events.push(event);
  });
  const open: ReturnType<typeof createEnvironments>[] = [];
  const instance = () => {
    const environments = createEnvironments({
      db,
      clock: systemClock,
      config: {
        python,
        paths: {
          environments: join(dataDir, 'environments'),
          tools: join(dataDir, 'tools'),
          secretsKey: join(dataDir, 'secrets.key'),
          indexNames: join(dataDir, 'index-names'),
        },
      },
      bus,
      jupyterFolder,
      identities: rig?.identities ?? oneUser(),
      log: { info: () => undefined, warn: () => undefined, error: (details) => void errors.push(details['err']) },
      platformEnv: {
        ...process.env,
        EMBERLAB_SECRET: 'of the platform',
        UV_CACHE_DIR: join(dataDir, 'cache'),
        UV_DEFAULT_INDEX: index.url,
        UV_HTTP_RETRIES: '0',
      },
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    open.push(environments);
    return environments;
  };
  const environments = instance();
  const folder = (number: number, project = projectId) => join(dataDir, 'environments', project, String(number));

  const until = async (check: () => Promise<boolean> | boolean): Promise<void> => {
    for (const end = Date.now() + 60_000; !(await check());) {
      if (Date.now() > end) throw new Error('it never came to that');
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const over = async ({ id }: { id: string }, project = projectId): Promise<EnvironmentOperation> => {
    let found = await environments.operation(project, id);
    await until(async () => {
      found = await environments.operation(project, id);
      return found.endedAt !== null;
    });
    return found;
  };
  const sitePackages = async (number: number): Promise<string> => {
    const [python = ''] = await readdir(join(folder(number), 'lib'));
    return join(folder(number), 'lib', python, 'site-packages');
  };

  await environments.start();
  await until(async () => (await environments.get(projectId)).latest?.state !== 'building');
  const first = await environments.get(projectId);
  if (first.current === null) throw new Error(first.latest?.problem ?? 'there is no environment');

  return {
    db,
    index,
    projectId,
    environments,
    instance,
    events,
    errors,
    dataDir,
    folder,
    over,
    until,
    sitePackages,
    newProject: (name: string) => seedProject(db, ada, name),
    start: (wanted: NewOperation, project = projectId) => environments.change(project, wanted, 'ada@example.org'),
    /** Asks for a change and waits for its end. */
    change: async (wanted: NewOperation, project = projectId) =>
      over(await environments.change(project, wanted, 'ada@example.org'), project),
    install: async (...requirements: string[]) =>
      over(await environments.change(projectId, { kind: 'install', requirements }, 'ada@example.org')),
    upload: (name: string, content: Buffer) => environments.upload(projectId, name, Readable.from([content])),
    /** What is installed, as `name version`. */
    async installed(project = projectId): Promise<string[]> {
      return (await environments.libraries(project)).items.map(({ name, version }) => `${name} ${version}`);
    },
    log: (number: number) => readFile(`${folder(number)}.log`, 'utf8'),
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((one) => one.close()));
      for (const { pid } of await db.selectFrom('revisions').select('pid').where('pid', 'is not', null).execute()) {
        if (pid !== null && existsSync(`/proc/${pid}/exe`)) process.kill(-pid, 'SIGKILL');
      }
      await index.close();
      await (rig === null ? closeDb() : rig[Symbol.asyncDispose]());
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
