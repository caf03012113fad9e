import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@emberlab/contract';
import type { ProjectChange } from '../../http/project-events.ts';
import { oneUser } from '../../identities/one-user.ts';
import { createBus } from '../../lib/bus.ts';
import { systemClock } from '../../lib/clock.ts';
import { seedProject, seedUser, testDatabase } from '../../testing/database.ts';
import { createEnvironments } from './index.ts';

/**
 * Stands in for uv: makes what the build script looks for, and tells what it did. A file `hold` beside it makes an installation wait until that is
 * gone; a file `fail` makes it fail with the file's text.
 */
const fakeUv = `#!/bin/sh
here=$(dirname "$0")
for last in "$@"; do :; done
case "$1 $2" in
"venv "*)
  mkdir -p "$last/bin" "$last/share/jupyter/kernels/python3"
  echo '{"argv": [], "display_name": "?"}' > "$last/share/jupyter/kernels/python3/kernel.json"
  for kernel in pysparkkernel sparkkernel sparkrkernel; do
    mkdir -p "$last/lib/python3/site-packages/sparkmagic/kernels/$kernel"
    cp "$last/share/jupyter/kernels/python3/kernel.json" "$last/lib/python3/site-packages/sparkmagic/kernels/$kernel"
  done
  echo 'version_info = 3.11.7' > "$last/pyvenv.cfg"
  printf '#!/bin/sh\\necho 3.11.7\\n' > "$last/bin/python"
  chmod +x "$last/bin/python"
  ;;
"pip install")
  echo "Downloading numpy (16.0MiB)"
  echo $$ > "$here/installing.part" && mv "$here/installing.part" "$here/installing"
  while [ -e "$here/hold" ]; do sleep 0.01; done
  if [ -e "$here/fail" ]; then cat "$here/fail" >&2; exit 2; fi
  echo "Prepared 120 packages in 1s"
  ;;
"pip check") echo "All installed packages are compatible" ;;
esac
`;

/** An environments feature with the real build script and an installer that tests control. */
export async function environmentsFixture(options: { python?: string; now?: () => number } = {}) {
  const { db, [Symbol.asyncDispose]: closeDb } = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'ember-environments-'));
  const bin = join(dataDir, 'tools', 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'uv'), fakeUv);
  await chmod(join(bin, 'uv'), 0o755);
  const ada = await seedUser(db);
  const projectId = await seedProject(db, ada);
  const events: Environment[] = [];
  const errors: unknown[] = [];
  const bus = createBus<ProjectChange>((error) => errors.push(error));
  bus.subscribe((change) => {
    const event = change.present({ userId: ada, role: 'viewer' });
    if (event?.type === 'environment') events.push(event.environment);
  });
  const open: ReturnType<typeof createEnvironments>[] = [];

  return {
    db,
    projectId,
    events,
    errors,
    folder: join(dataDir, 'environments'),
    file: (name: string) => join(bin, name),
    newProject: (name: string) => seedProject(db, ada, name),
    /** A new instance on the same database, as after a restart of control. */
    instance() {
      const environments = createEnvironments({
        db,
        clock: { ...systemClock, now: options.now ?? (() => systemClock.now()) },
        config: {
          python: options.python ?? 'python3',
          paths: {
            environments: join(dataDir, 'environments'),
            tools: join(dataDir, 'tools'),
            secretsKey: join(dataDir, 'secrets.key'),
            indexNames: join(dataDir, 'index-names'),
          },
        },
        bus,
        identities: oneUser(),
        log: { info: () => undefined, warn: () => undefined, error: (details) => void errors.push(details['err']) },
        platformEnv: process.env,
      });
      open.push(environments);
      return environments;
    },
    async until(check: () => Promise<boolean> | boolean): Promise<void> {
      for (const end = Date.now() + 20_000; !(await check());) {
        if (Date.now() > end) throw new Error('it never came to that');
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async [Symbol.asyncDispose]() {
      // A build that waits for `hold` ends with its folder.
      await rm(join(bin, 'hold'), { force: true });
      await Promise.all(open.map((one) => one.close()));
      for (const revision of await db.selectFrom('revisions').select('pid').where('pid', 'is not', null).execute()) {
        while (revision.pid !== null && existsSync(`/proc/${revision.pid}/exe`)) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      await closeDb();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
