import type { Server } from '@emberlab/contract';
import { Text } from '@mantine/core';
import { readLog } from '../../lib/log-lines.ts';
import { LogView } from '../../ui/log-view.tsx';
import { Notice } from '../../ui/notice.tsx';

/** Why a server failed, what to do, and the end of its log. */
export function StartFailure({ server }: { server: Server }) {
  const { problem } = server;
  const tail = problem?.logTail ?? [];
  return (
    <Notice tone="bad" title={problem?.message ?? 'Jupyter ended without saying why.'}>
      <Text size="sm">{problem?.remedy ?? 'The server log may say more.'}</Text>
      {tail.length > 0 && (
        <LogView
          label="Last lines of the server log"
          content={readLog(tail.join('\n'))}
          status="ended"
          downloadName="jupyter-tail.log"
          height={`${Math.min(tail.length, 12) * 20 + 14}px`}
        />
      )}
    </Notice>
  );
}
