import type { Job, Schedule, ScheduledTime, TurnState } from '@emberlab/contract';
import { Button, Group, Modal, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendarClock } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { scheduleQuery } from '../../lib/job-queries.ts';
import { keys } from '../../lib/queries.ts';
import { formatInZone, isZone } from '../../lib/zoned-time.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { describeCron } from './cron-words.ts';
import { newSchedule, readSchedule, toScheduleDraft, type ScheduleDraft } from './schedule-draft.ts';
import { ScheduleFields } from './schedule-form.tsx';

/** The schedule of a job. */
export function ScheduleSection({ job, changes }: { job: Job; changes: boolean }) {
  const { name: project } = useProject();
  const { data, error, refetch } = useQuery(scheduleQuery(project, job.id));
  const [adding, add] = useDisclosure(false);
  const schedule = data?.schedule ?? null;
  return (
    <>
      <Section title="Schedule">
        {data === undefined ? (
          error === null ? (
            <Skeleton height={220} />
          ) : (
            <ErrorState error={error} onRetry={() => void refetch()} />
          )
        ) : schedule === null && !adding ? (
          <EmptyState
            icon={<IconCalendarClock size={30} />}
            title="It has no schedule"
            action={changes && <Button onClick={add.open}>Add a schedule</Button>}
          >
            {changes ? 'With one it runs by itself, such as every day at six.' : 'It runs when somebody says so.'}
          </EmptyState>
        ) : changes ? (
          <ScheduleForm key={schedule?.changedAt ?? 'new'} job={job} schedule={schedule} onClose={add.close} />
        ) : (
          schedule !== null && <ScheduleText schedule={schedule} />
        )}
      </Section>
      {schedule !== null && schedule.recent.length > 0 && <RecentTimes schedule={schedule} />}
    </>
  );
}

function ScheduleForm({ job, schedule, onClose }: { job: Job; schedule: Schedule | null; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const [draft, setDraft] = useState<ScheduleDraft>(() =>
    schedule === null ? newSchedule() : toScheduleDraft(schedule),
  );
  const [removing, remove] = useDisclosure(false);
  const read = readSchedule(draft);
  const params = { project, id: job.id };
  const save = useMutation({
    mutationFn: (body: NonNullable<typeof read.body>) => api.call('schedule.set', { params, body }),
    onSuccess(answer) {
      client.setQueryData(keys.schedule(project, job.id), answer);
      void client.invalidateQueries({ queryKey: keys.job(project, job.id), exact: true });
      void client.invalidateQueries({ queryKey: keys.jobLists(project) });
      onClose();
    },
  });
  const saved = schedule === null ? null : JSON.stringify(toScheduleDraft(schedule));
  const changed = saved !== JSON.stringify(draft);
  const change = (next: Partial<ScheduleDraft>): void => {
    save.reset();
    setDraft((now) => ({ ...now, ...next }));
  };
  return (
    <Stack gap="md">
      {schedule !== null && schedule.paused !== null && (
        <Notice tone="warning" title="It does not run at the moment">
          {showHidden(schedule.paused)}
        </Notice>
      )}
      {schedule !== null && schedule.waiting > 0 && (
        <Text size="sm">
          {schedule.waiting === 1 ? '1 run is due and waits' : `${schedule.waiting} runs are due and wait`} for the one
          before.
        </Text>
      )}
      <ScheduleFields draft={draft} read={read} onChange={change} />
      <ActionError error={save.error} title="The schedule was not saved" />
      <Group gap="xs">
        <Button
          variant="filled"
          disabled={read.body === null || !changed}
          loading={save.isPending}
          onClick={() => read.body !== null && save.mutate(read.body)}
        >
          {schedule === null ? 'Add schedule' : 'Save schedule'}
        </Button>
        {schedule === null ? (
          <Button onClick={onClose}>Cancel</Button>
        ) : (
          <>
            {changed && <Button onClick={() => setDraft(toScheduleDraft(schedule))}>Discard changes</Button>}
            <Button onClick={remove.open}>Remove schedule</Button>
          </>
        )}
      </Group>
      <RemoveDialog job={job} opened={removing} onClose={remove.close} />
    </Stack>
  );
}

function RemoveDialog({ job, opened, onClose }: { job: Job; opened: boolean; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.call('schedule.remove', { params: { project, id: job.id } }),
    onSuccess() {
      onClose();
      client.setQueryData(keys.schedule(project, job.id), { schedule: null });
      void client.invalidateQueries({ queryKey: keys.job(project, job.id), exact: true });
      void client.invalidateQueries({ queryKey: keys.jobLists(project) });
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Remove the schedule?">
      <Stack>
        <Text size="sm">
          The job runs no more by itself, and what became of its last times is no longer listed. Runs stay; what runs
          now goes on. To pause it, switch it off instead.
        </Text>
        <ActionError error={remove.error} title="The schedule was not removed" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="filled" color="red.8" loading={remove.isPending} onClick={() => remove.mutate()}>
            Remove
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** A schedule for those who may not change it. */
function ScheduleText({ schedule }: { schedule: Schedule }) {
  const zone = isZone(schedule.timezone) ? schedule.timezone : 'UTC';
  return (
    <Stack gap="xs">
      <Text size="sm">
        {describeCron(schedule.cron) ?? schedule.cron}, {schedule.timezone}
        {schedule.enabled ? '' : ' (switched off)'}
      </Text>
      {schedule.paused !== null && <Notice tone="warning">{showHidden(schedule.paused)}</Notice>}
      {schedule.nextRuns.map((at) => (
        <Text key={at} size="sm" c="dimmed" className="el-tabular">
          {formatInZone(at, zone)}
        </Text>
      ))}
    </Stack>
  );
}

const turnLooks: Readonly<Record<TurnState, { tone: Tone; label: string }>> = {
  waiting: { tone: 'wait', label: 'Waits' },
  starting: { tone: 'wait', label: 'Is started' },
  started: { tone: 'ok', label: 'Started' },
  skipped: { tone: 'off', label: 'Left out' },
  failed: { tone: 'bad', label: 'No run' },
};

function RecentTimes({ schedule }: { schedule: Schedule }) {
  return (
    <Section title="Last times of the schedule" flush>
      <RowsTable>
        <RowsHead columns={['Time', 'What became of it', 'Run']} actions={false} />
        <Table.Tbody>
          {schedule.recent.map((time) => (
            <TimeRow key={time.at} time={time} zone={isZone(schedule.timezone) ? schedule.timezone : 'UTC'} />
          ))}
        </Table.Tbody>
      </RowsTable>
    </Section>
  );
}

function TimeRow({ time: { at, state, execution, reason }, zone }: { time: ScheduledTime; zone: string }) {
  const { name: project } = useProject();
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Text size="sm" className="el-tabular">
            {formatInZone(at, zone)}
          </Text>
          <RelativeTime at={at} fz="xs" c="dimmed" />
        </Stack>
      </Table.Td>
      <Table.Td data-label="What became of it">
        <Stack gap={0}>
          <StateBadge {...turnLooks[state]} />
          {reason !== null && (
            <Text size="xs" c="dimmed" className="el-break">
              {showHidden(reason)}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td data-label="Run" data-none={execution === null}>
        {execution !== null && (
          <AnchorLink to="/projects/$project/jobs/runs/$run" params={{ project, run: String(execution) }} size="sm">
            Run {execution}
          </AnchorLink>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
