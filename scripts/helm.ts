import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../packages/server/src/setup/programs.ts';

const version = 'v3.22.0';

/** Helm for the tests, in a folder below `clusters`: built by Go once, from its own module, and kept. Answers the program. */
export async function ensureHelm(
  clusters: string,
  must: (title: string, file: string, args: readonly string[]) => Promise<void>,
): Promise<string> {
  const folder = join(clusters, `helm-${version}`);
  const program = join(folder, 'helm');
  if (existsSync(program)) return program;
  if ((await findProgram('go')) === null) {
    throw new Error('Go is missing, and the tests of the chart need it. Please install it: https://go.dev/doc/install');
  }
  await mkdir(folder, { recursive: true });
  const build = ['go', 'install', '-p', '2', '-trimpath', '-ldflags=-s -w', `helm.sh/helm/v3/cmd/helm@${version}`];
  await must('Helm', 'env', [`GOBIN=${folder}`, 'CGO_ENABLED=0', ...build]);
  return program;
}
