import type { AlertEvent, AlertReceiver } from '@emberlab/contract';
import { Group, MultiSelect, NumberInput, Stack, Text } from '@mantine/core';
import { minutesProblem, type RuleDraft } from './rules-draft.ts';
import { eventLabels, eventTexts } from './words.ts';

/** Who is told of one event, as fields. */
export function RuleFields({
  event,
  rule,
  receivers,
  onChange,
}: {
  event: AlertEvent;
  rule: RuleDraft;
  receivers: readonly AlertReceiver[];
  onChange: (rule: RuleDraft) => void;
}) {
  return (
    <Group gap="sm" align="flex-start">
      <MultiSelect
        flex="1 1 14rem"
        miw={0}
        aria-label={`${eventLabels[event]}: who is told`}
        placeholder={rule.receivers.length === 0 ? 'Nobody' : ''}
        data={receivers.map(({ id, name }) => ({ value: id, label: name }))}
        value={[...rule.receivers]}
        onChange={(chosen) => onChange({ ...rule, receivers: chosen })}
        clearable
        searchable
        nothingFoundMessage="No receiver of this name"
      />
      {event === 'slow' && (
        <NumberInput
          w={150}
          aria-label="Slow: after how many minutes"
          suffix=" min"
          min={1}
          max={100_000}
          allowDecimal={false}
          value={rule.minutes}
          onChange={(minutes) => onChange({ ...rule, minutes })}
          error={minutesProblem(rule)}
        />
      )}
    </Group>
  );
}

/** What an event is called, and means. */
export function EventHeading({ event }: { event: AlertEvent }) {
  return (
    <Stack gap={0}>
      <Text size="sm" fw={500}>
        {eventLabels[event]}
      </Text>
      <Text size="xs" c="dimmed">
        {eventTexts[event]}
      </Text>
    </Stack>
  );
}
