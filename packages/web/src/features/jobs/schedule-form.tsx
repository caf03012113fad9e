import { ApiError, type ScheduleBody, type ScheduleMissed, type ScheduleOverlap } from '@emberlab/contract';
import { Group, Input, List, Select, Skeleton, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, errorMessage } from '../../lib/api.ts';
import { formatInZone, isZone } from '../../lib/zoned-time.ts';
import { RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { CronField } from './cron-field.tsx';
import type { ReadSchedule, ScheduleDraft } from './schedule-draft.ts';
import { ZoneSelect } from './zone-select.tsx';

const missedOptions: readonly { value: ScheduleMissed; label: string }[] = [
  { value: 'skip', label: 'Leave them out' },
  { value: 'one', label: 'One run for all of them' },
  { value: 'all', label: 'Run each of them' },
];
const overlapOptions: readonly { value: ScheduleOverlap; label: string }[] = [
  { value: 'wait', label: 'It waits for the one before' },
  { value: 'skip', label: 'It is left out' },
  { value: 'stop', label: 'The one before is stopped' },
];
const pauseMs = 350;

/** The fields of a schedule, with the times that come of it. */
export function ScheduleFields({
  draft,
  read,
  onChange,
}: {
  draft: ScheduleDraft;
  read: ReadSchedule;
  onChange: (next: Partial<ScheduleDraft>) => void;
}) {
  const preview = usePreview(read.body);
  const errors = { ...preview.errors, ...read.errors };
  return (
    <Stack gap="md">
      <CronField cron={draft.cron} error={errors['cron']} onChange={(cron) => onChange({ cron })} />
      <Group gap="md" align="flex-start">
        <ZoneSelect value={draft.timezone} error={errors['timezone']} onChange={(timezone) => onChange({ timezone })} />
        <TextInput
          type="datetime-local"
          label="Not before"
          w={220}
          value={draft.start}
          onChange={(event) => onChange({ start: event.currentTarget.value })}
          error={errors['start']}
        />
        <TextInput
          type="datetime-local"
          label="Not after"
          w={220}
          value={draft.end}
          onChange={(event) => onChange({ end: event.currentTarget.value })}
          error={errors['end']}
        />
      </Group>
      <Group gap="md" align="flex-start">
        <Select
          label="Runs that were missed"
          description="while Emberlab or the project was away"
          w={260}
          allowDeselect={false}
          data={missedOptions}
          value={draft.missed}
          onChange={(value) => onChange({ missed: missedOptions.find((one) => one.value === value)?.value ?? 'one' })}
        />
        <Select
          label="A run that is due while one goes"
          description="of this schedule"
          w={260}
          allowDeselect={false}
          data={overlapOptions}
          value={draft.overlap}
          onChange={(value) =>
            onChange({ overlap: overlapOptions.find((one) => one.value === value)?.value ?? 'wait' })
          }
        />
      </Group>
      <Switch
        label="Switched on"
        checked={draft.enabled}
        onChange={(event) => onChange({ enabled: event.currentTarget.checked })}
      />
      <NextRuns runs={preview.runs} problem={preview.problem} zone={draft.timezone} enabled={draft.enabled} />
    </Stack>
  );
}

/** The next runs of a schedule that is not saved, or what the server says is wrong with it. */
function usePreview(body: ScheduleBody | null) {
  const { name: project } = useProject();
  // What is switched off has no next runs, but people want to see what it would have.
  const text = JSON.stringify(body === null ? null : { ...body, enabled: true });
  const [settled] = useDebouncedValue(text, pauseMs);
  const asked = useQuery({
    queryKey: ['project', project, 'schedule-preview', settled],
    queryFn: ({ signal }) =>
      api.call('schedule.preview', { params: { project }, body: JSON.parse(settled) as ScheduleBody }, signal),
    enabled: settled !== 'null',
    placeholderData: keepPreviousData,
    gcTime: 30_000,
    retry: false,
  });
  const { error } = asked;
  const details = error instanceof ApiError ? error.details : [];
  const errors = Object.fromEntries(details.map(({ path, message }) => [path.replace(/^body\./, ''), message]));
  const problem = error !== null && details.length === 0 ? errorMessage(error) : null;
  return { runs: error === null && body !== null ? asked.data?.nextRuns : null, errors, problem };
}

function NextRuns({
  runs,
  problem,
  zone,
  enabled,
}: {
  /** undefined: not known yet; null: there is nothing to say */
  runs: readonly string[] | undefined | null;
  problem: string | null;
  zone: string;
  enabled: boolean;
}) {
  const shownIn = isZone(zone) ? zone : 'UTC';
  return (
    <div>
      <Input.Label component="span">{enabled ? 'Next five runs' : 'Next five runs, were it switched on'}</Input.Label>
      <Stack mih={124} gap={4} justify="flex-start">
        {problem !== null ? (
          <Input.Error>{problem}</Input.Error>
        ) : runs === undefined ? (
          <Skeleton height={112} aria-label="They are being computed" />
        ) : runs === null ? (
          <Text size="sm" c="dimmed">
            They are shown when all of the above is right.
          </Text>
        ) : runs.length === 0 ? (
          <Text size="sm" c="dimmed">
            There are none: it is over, or such a time never comes.
          </Text>
        ) : (
          <List size="sm" aria-label="Next runs" listStyleType="none" spacing={2} className="el-tabular">
            {runs.map((at) => (
              <List.Item key={at}>
                {formatInZone(at, shownIn)}{' '}
                <Text span size="xs" c="dimmed">
                  <RelativeTime at={at} />
                </Text>
              </List.Item>
            ))}
          </List>
        )}
      </Stack>
    </div>
  );
}
