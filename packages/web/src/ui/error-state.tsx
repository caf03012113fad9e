import { ApiError } from '@emberlab/contract';
import { Button, Group, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { errorMessage } from '../lib/api.ts';
import { CopyableId } from './copyable-id.tsx';
import { Notice } from './notice.tsx';

/** The server's sentence for something that could not be loaded or done, with `Retry` where that makes sense. */
export function ErrorState({ error, onRetry, title }: { error: unknown; onRetry?: () => void; title?: string }) {
  return (
    <Notice
      tone="bad"
      title={title ?? 'This could not be loaded'}
      {...(onRetry === undefined
        ? {}
        : {
            action: (
              <Button size="xs" leftSection={<IconRefresh size={14} />} onClick={onRetry}>
                Retry
              </Button>
            ),
          })}
    >
      <Text size="sm">{errorMessage(error)}</Text>
      {error instanceof ApiError && error.status >= 500 && (
        <Group gap={6}>
          <Text size="xs" c="dimmed">
            Request id
          </Text>
          <CopyableId value={error.requestId} label="request id" />
        </Group>
      )}
    </Notice>
  );
}

/** The server's sentence for an action that failed, where the action is; nothing when it didn't. */
export function ActionError({ error, title }: { error: unknown; title: string }) {
  if (error === null || error === undefined) return null;
  return <ErrorState error={error} title={title} />;
}
