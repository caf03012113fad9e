import { ApiError, type Job, type Schedule } from '@emberlab/contract';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { keys } from '../../lib/queries.ts';
import { fromZoned, isZone, ownZone } from '../../lib/zoned-time.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { useProject } from '../projects/project-context.ts';
import { CronField } from './cron-field.tsx';
import { describeCron, toCron, usualSchedule } from './cron-words.ts';
import { ZoneSelect } from './zone-select.tsx';

/** Asks for runs for the times of a range of the past. */
export function BackfillDialog({
  job,
  schedule,
  opened,
  onClose,
}: {
  job: Job;
  /** null: it has none, so that the times are asked for as well */
  schedule: Schedule | null;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Backfill ${showHidden(job.name)}`} size="lg">
      <BackfillForm job={job} schedule={schedule} onClose={onClose} />
    </Modal>
  );
}

function BackfillForm({ job, schedule, onClose }: { job: Job; schedule: Schedule | null; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const [cron, setCron] = useState(toCron(usualSchedule));
  const [timezone, setTimezone] = useState(ownZone());
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const zone = schedule?.timezone ?? timezone;
  const known = isZone(zone);
  const start = known ? fromZoned(from, zone) : null;
  const end = known ? fromZoned(to, zone) : null;
  const turned = start !== null && end !== null && end < start;
  const make = useMutation({
    mutationFn: (range: { from: string; to: string }) =>
      api.call('backfills.create', {
        params: { project, id: job.id },
        body: { ...range, ...(schedule === null ? { cron, timezone } : {}) },
      }),
    onSuccess() {
      void client.invalidateQueries({ queryKey: keys.backfills(project, job.id) });
      onClose();
    },
  });
  const said = (field: string): string | undefined =>
    make.error instanceof ApiError
      ? make.error.details.find(({ path }) => path.replace(/^body\./, '') === field)?.message
      : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (start !== null && end !== null && !turned) make.mutate({ from: start, to: end });
      }}
    >
      <Stack>
        {schedule === null ? (
          <>
            <CronField cron={cron} error={said('cron')} onChange={setCron} />
            <ZoneSelect value={timezone} error={said('timezone')} onChange={setTimezone} />
          </>
        ) : (
          <Text size="sm">
            For each time of its schedule: {describeCron(schedule.cron) ?? schedule.cron}, {schedule.timezone}.
          </Text>
        )}
        <Group gap="md" align="flex-start">
          <TextInput
            type="datetime-local"
            label="From"
            w={220}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
            error={said('from')}
          />
          <TextInput
            type="datetime-local"
            label="To"
            w={220}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            error={turned ? 'It has to come after the beginning.' : said('to')}
          />
        </Group>
        <Text size="sm" c="dimmed">
          A time at either end has a run too. The runs come one after the other, in the order of their times, and their
          programs learn for which time they are.
        </Text>
        <ActionError error={make.error} title="The backfill was not begun" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="filled"
            loading={make.isPending}
            disabled={start === null || end === null || turned}
          >
            Begin
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
