import type { PartHealth } from '@emberlab/contract';
import { Button, Collapse, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { countOf } from '../../lib/units.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { healthQuery } from './queries.ts';

const looks: Readonly<Record<PartHealth['state'], { tone: Tone; label: string }>> = {
  ok: { tone: 'ok', label: 'Well' },
  warning: { tone: 'wait', label: 'Works, with something missing' },
  problem: { tone: 'bad', label: 'Does not work' },
};
const severity = { problem: 0, warning: 1, ok: 2 } as const;

/** How each part of the platform is: first what is not well, with what to do; the others when somebody wants to see them. */
export function HealthSection() {
  const health = useQuery(healthQuery);
  const [opened, { toggle }] = useDisclosure(false);
  if (health.data === undefined) {
    return (
      <Section title="Health" flush>
        {health.isPending ? (
          <RowsSkeleton rows={3} />
        ) : (
          <ErrorState error={health.error} onRetry={() => void health.refetch()} />
        )}
      </Section>
    );
  }
  const { parts, at } = health.data;
  const worst = parts.toSorted((a, b) => severity[a.state] - severity[b.state]);
  const unwell = worst.filter(({ state }) => state !== 'ok');
  const well = worst.filter(({ state }) => state === 'ok');
  const overall = unwell[0] === undefined ? { tone: 'ok' as const, label: 'All is well' } : looks[unwell[0].state];
  return (
    <Section title="Health" aside={<StateBadge {...overall} />}>
      <Stack gap="sm">
        {unwell.map(({ about, state, text, todo }) => (
          <Notice key={`${about} ${text}`} tone={state === 'problem' ? 'bad' : 'warning'} title={about}>
            <Text size="sm">{text}</Text>
            {todo !== null && (
              <Text size="sm" c="dimmed">
                {todo}
              </Text>
            )}
          </Notice>
        ))}
        <div>
          <Button size="compact-sm" onClick={toggle} aria-expanded={opened}>
            {opened ? 'Hide what is well' : `${countOf(well.length, 'part')} ${well.length === 1 ? 'is' : 'are'} well`}
          </Button>{' '}
          <Text span size="xs" c="dimmed">
            looked at <RelativeTime at={at} />
          </Text>
        </div>
        <Collapse expanded={opened}>
          <Stack gap={6}>
            {well.map(({ about, text }) => (
              <div key={`${about} ${text}`}>
                <StateBadge tone="ok" label={about} />{' '}
                <Text span size="sm" c="dimmed" className="el-break">
                  {text}
                </Text>
              </div>
            ))}
          </Stack>
        </Collapse>
      </Stack>
    </Section>
  );
}
