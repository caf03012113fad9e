import { isReached, type LimitUse } from '@emberlab/contract';
import { Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { RelativeTime } from '../../ui/times.tsx';
import { kindLabels, shareOf, spellUse } from './limit-words.ts';

/** Limits with what is used of them, each with a small bar. */
export function LimitBars({ limits }: { limits: readonly LimitUse[] }) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, md: 6 }} spacing="lg" verticalSpacing="sm">
      {limits.map((each) => (
        <LimitBar key={each.kind} use={each} />
      ))}
    </SimpleGrid>
  );
}

function LimitBar({ use }: { use: LimitUse }) {
  const share = shareOf(use);
  const text = spellUse(use);
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {kindLabels[use.kind]}
      </Text>
      <Text size="sm" className="el-tabular">
        {text}
      </Text>
      {share !== null && (
        <Progress
          size={4}
          value={share * 100}
          color={isReached(use) ? 'red.7' : 'gray.6'}
          aria-label={`${kindLabels[use.kind]}: ${text}`}
        />
      )}
      {isReached(use) && (
        <Text size="xs" c="var(--mantine-color-error)">
          {use.kind === 'disk' ? 'Full: nothing starts, nothing is uploaded' : 'Reached: no more can start'}
        </Text>
      )}
      {use.measuredAt !== null && (
        <Text size="xs" c="dimmed">
          measured <RelativeTime at={use.measuredAt} />
        </Text>
      )}
    </Stack>
  );
}
