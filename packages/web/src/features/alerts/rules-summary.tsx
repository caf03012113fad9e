import type { AlertReceiver, AlertRule } from '@emberlab/contract';
import { Group, Stack, Text } from '@mantine/core';
import { EventHeading } from './rule-fields.tsx';

/** Who is told, as a sentence's end. */
export function namesOf(rule: AlertRule | undefined, receivers: readonly AlertReceiver[]): string {
  if (rule === undefined) return 'nobody';
  const names = rule.receivers.flatMap((id) => receivers.find((each) => each.id === id)?.name ?? []);
  if (names.length === 0) return 'nobody';
  return `${names.join(', ')}${rule.afterMinutes === null ? '' : `, after ${rule.afterMinutes} min`}`;
}

/** Rules for those who may not set them. */
export function RulesSummary({
  rules,
  receivers,
}: {
  rules: readonly AlertRule[];
  receivers: readonly AlertReceiver[];
}) {
  return (
    <Stack gap="sm">
      {rules.map((rule) => (
        <Group key={rule.event} justify="space-between" gap="xs">
          <EventHeading event={rule.event} />
          <Text size="sm" className="el-break">
            {namesOf(rule, receivers)}
          </Text>
        </Group>
      ))}
      {rules.length === 0 && <Text size="sm">Nobody is told of anything.</Text>}
    </Stack>
  );
}
