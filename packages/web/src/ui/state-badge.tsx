import { Group, Text } from '@mantine/core';
import classes from './state-badge.module.css';

/** `ok`: works, waits for you · `busy`: works on something · `wait`: on its way · `bad`: failed · `off`: not there. */
export type Tone = 'ok' | 'busy' | 'wait' | 'bad' | 'off';

/** A coloured dot; its meaning must stand beside it as text. */
export function StateDot({ tone }: { tone: Tone }) {
  return <span className={classes.dot} data-tone={tone} aria-hidden="true" />;
}

/** A state as a dot and a word. */
export function StateBadge({ tone, label, strong = false }: { tone: Tone; label: string; strong?: boolean }) {
  return (
    <Group gap={8} wrap="nowrap" display="inline-flex">
      <StateDot tone={tone} />
      <Text span size="sm" fw={strong ? 600 : 400}>
        {label}
      </Text>
    </Group>
  );
}
