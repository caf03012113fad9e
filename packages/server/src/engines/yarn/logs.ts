import { appendLine } from '../../lib/log-file.ts';
import type { YarnFiles } from './files.ts';
import type { Helper } from './helper.ts';
import { sentenceOf } from './sentences.ts';

/** What is brought of each log of an ended driver. */
const bytes = 16 * 1024 ** 2;

/** Brings what YARN has kept of an ended driver's output, and takes away what its start has left on the cluster. Says in the log where that fails. */
export async function bringLogs(
  application: string,
  { stdout, stderr }: Pick<YarnFiles, 'stdout' | 'stderr'>,
  helper: Pick<Helper, 'finish'>,
): Promise<void> {
  await helper
    .finish(application, { stdout: { file: stdout, bytes }, stderr: { file: stderr, bytes } })
    .catch((error: unknown) =>
      appendLine(stderr, `emberlab: The rest of this log did not come. ${sentenceOf(error, 'files')}`),
    );
}
