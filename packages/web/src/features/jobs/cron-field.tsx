import { Group, Select, Text, TextInput } from '@mantine/core';
import {
  clockOf,
  describeCron,
  fromCron,
  paceLabels,
  paces,
  toCron,
  usualSchedule,
  weekdays,
  type PlainSchedule,
} from './cron-words.ts';

const own = 'own';
const paceOptions = [
  ...paces.map((value) => ({ value, label: paceLabels[value] })),
  { value: own, label: 'By a cron expression' },
];

/** When something runs: in plain words, or as a cron expression, which always stands beside them. */
export function CronField({
  cron,
  error,
  onChange,
}: {
  cron: string;
  error: string | undefined;
  onChange: (cron: string) => void;
}) {
  const plain = fromCron(cron);
  const change = (next: Partial<PlainSchedule>): void => onChange(toCron({ ...(plain ?? usualSchedule), ...next }));
  return (
    <>
      <Group gap="md" align="flex-end">
        <Select
          label="How often"
          w={190}
          allowDeselect={false}
          data={paceOptions}
          value={plain?.pace ?? own}
          onChange={(value) => {
            const pace = paces.find((one) => one === value);
            // Any that has no plain words: people go on from there.
            if (pace === undefined) onChange('*/15 * * * *');
            else change({ pace });
          }}
        />
        {plain !== null && <Details plain={plain} onChange={change} />}
      </Group>
      <TextInput
        label="Cron expression"
        description="Minute, hour, day of the month, month, day of the week"
        maw={400}
        autoComplete="off"
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={cron}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
      />
      <Text size="sm" c="dimmed" mt={-8} mih={20}>
        {describeCron(cron) ?? ''}
      </Text>
    </>
  );
}

function Details({ plain, onChange }: { plain: PlainSchedule; onChange: (next: Partial<PlainSchedule>) => void }) {
  if (plain.pace === 'hour') {
    return (
      <Select
        label="At minute"
        w={100}
        allowDeselect={false}
        data={Array.from({ length: 60 }, (_, minute) => String(minute))}
        value={String(plain.minute)}
        onChange={(value) => onChange({ minute: Number(value) })}
      />
    );
  }
  return (
    <>
      {plain.pace === 'week' && (
        <Select
          label="On"
          w={150}
          allowDeselect={false}
          data={[1, 2, 3, 4, 5, 6, 0].map((day) => ({ value: String(day), label: weekdays[day] ?? '' }))}
          value={String(plain.weekday)}
          onChange={(value) => onChange({ weekday: Number(value) })}
        />
      )}
      {plain.pace === 'month' && (
        <Select
          label="On day"
          w={100}
          allowDeselect={false}
          data={Array.from({ length: 31 }, (_, index) => String(index + 1))}
          value={String(plain.day)}
          onChange={(value) => onChange({ day: Number(value) })}
        />
      )}
      <TextInput
        type="time"
        label="At"
        w={140}
        value={clockOf(plain)}
        onChange={(event) => {
          const [hour, minute] = event.currentTarget.value.split(':').map(Number);
          if (hour !== undefined && minute !== undefined) onChange({ hour, minute });
        }}
      />
    </>
  );
}
