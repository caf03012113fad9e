import type { Server } from '@emberlab/contract';
import { Skeleton, Text } from '@mantine/core';
import { Suspense } from 'react';
import { Notice } from '../../ui/notice.tsx';
import { lazily } from '../../ui/lazily.ts';

// What shows logs is much, and most starts succeed.
const LogTail = lazily(() => import('./log-tail.tsx'), 'LogTail');

/** Why a server failed, what to do, and the end of its log. */
export function StartFailure({ server }: { server: Server }) {
  const { problem } = server;
  const tail = problem?.logTail ?? [];
  const height = `${Math.min(tail.length, 12) * 20 + 14}px`;
  return (
    <Notice tone="bad" title={problem?.message ?? 'Jupyter ended without saying why.'}>
      <Text size="sm">{problem?.remedy ?? 'The server log may say more.'}</Text>
      {tail.length > 0 && (
        <Suspense fallback={<Skeleton height={height} />}>
          <LogTail lines={tail} height={height} />
        </Suspense>
      )}
    </Notice>
  );
}
