import type { ExecutorStream } from '@emberlab/contract';
import { Group, SegmentedControl, Title } from '@mantine/core';
import { showHidden } from '../../lib/show-hidden.ts';
import { LogStreamView } from '../../ui/log-stream-view.tsx';

/** One of the two logs of an executor; Spark writes to stderr. */
export function ExecutorLog({
  executor,
  stream,
  url,
  live,
  downloadName,
  onStream,
}: {
  executor: string;
  stream: ExecutorStream;
  url: string;
  live: boolean;
  downloadName: string;
  /** undefined: stderr */
  onStream: (stream: 'stdout' | undefined) => void;
}) {
  const name = executor === 'driver' ? 'the driver' : `executor ${showHidden(executor)}`;
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Title order={2} size="sm">
          Log of {name}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="Which log"
          data={['stderr', 'stdout']}
          value={stream}
          onChange={(value) => onStream(value === 'stdout' ? value : undefined)}
        />
      </Group>
      <LogStreamView
        key={url}
        url={url}
        live={live}
        label={`Log of ${name}`}
        downloadName={downloadName}
        height="calc(100dvh - 20rem)"
        emptyText="It has written nothing yet."
      />
    </>
  );
}
