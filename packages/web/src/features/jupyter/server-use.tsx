import type { Server } from '@emberlab/contract';
import { Group, Progress, Stack, Text } from '@mantine/core';
import { Notice } from '../../ui/notice.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { nearShare } from './bounds.ts';
import { measures, spellMemoryEnd } from './limits.ts';

/** What a running server takes of what it may, as it is told in events. */
export function ServerUse({ server }: { server: Server }) {
  if (server.use === null) return null;
  return (
    <Group gap="xl">
      {measures(server.use, server.limits).map(({ label, text, share }) => (
        <Stack key={label} gap={4} miw={150}>
          <Text size="sm" c="dimmed" className="el-tabular">
            {label} {text}
          </Text>
          {share !== null && (
            <Progress
              size={4}
              value={share * 100}
              color={share >= nearShare ? 'red.7' : 'gray.6'}
              aria-label={`${label}: ${text}`}
            />
          )}
        </Stack>
      ))}
    </Group>
  );
}

/** Says that a kernel was ended for memory, and when. */
export function MemoryEndNotice({ server }: { server: Server }) {
  if (server.memoryEnd === null) return null;
  return (
    <Notice tone="warning" title="The memory ran out">
      {spellMemoryEnd(server.memoryEnd, server.limits)} <RelativeTime at={server.memoryEnd.at} inherit span />
    </Notice>
  );
}
