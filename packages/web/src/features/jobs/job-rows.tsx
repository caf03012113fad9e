import { jobTypeLabels, type Job } from '@emberlab/contract';
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { ActionError } from '../../ui/error-state.tsx';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import type { JobSortKey } from './job-search.ts';
import { RunBars } from './run-bars.tsx';
import { badgeOf } from './run-state.ts';
import { useRunJob } from './use-run-job.ts';

/** Jobs as a table. `head` makes a heading by which the list can be sorted. */
export function JobRows({
  jobs,
  head,
}: {
  jobs: readonly Job[];
  head: (column: JobSortKey, label: string) => ReactNode;
}) {
  return (
    <RowsTable>
      <RowsHead
        columns={[
          ['name', head('name', 'Name')],
          ['type', head('type', 'Type')],
          'Last ten runs',
          ['last', head('lastRun', 'Last run')],
          'Next run',
          ['owner', head('owner', 'Owner')],
        ]}
      />
      <Table.Tbody>
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function JobRow({ job }: { job: Job }) {
  const { name: project } = useProject();
  const last = job.lastRuns[0];
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0} align="flex-start">
          <AnchorLink
            to="/projects/$project/jobs/$job"
            params={{ project, job: String(job.id) }}
            size="sm"
            fw={500}
            c="inherit"
            underline="hover"
            className="el-break"
          >
            {showHidden(job.name)}
          </AnchorLink>
          <Text size="xs" c="dimmed" className="el-break">
            {showHidden(job.program)}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td data-label="Type">{jobTypeLabels[job.type]}</Table.Td>
      <Table.Td data-label="Last ten runs">
        <RunBars runs={job.lastRuns} />
      </Table.Td>
      <Table.Td data-label="Last run" className={rowClasses.short}>
        {last === undefined ? (
          <Text span size="sm" c="dimmed">
            never
          </Text>
        ) : (
          <div>
            <AnchorLink
              to="/projects/$project/jobs/runs/$run"
              params={{ project, run: String(last.id) }}
              c="inherit"
              underline="hover"
              aria-label={`${badgeOf(last.state).label}: the last run of ${showHidden(job.name)}`}
            >
              <StateBadge {...badgeOf(last.state)} />
            </AnchorLink>
            <div>
              <RelativeTime at={last.createdAt} fz="xs" c="dimmed" />
            </div>
          </div>
        )}
      </Table.Td>
      <Table.Td data-label="Next run" className={rowClasses.short} data-none={job.nextRunAt === null}>
        {job.nextRunAt === null ? '–' : <RelativeTime at={job.nextRunAt} />}
      </Table.Td>
      <Table.Td data-label="Owner" className={rowClasses.who}>
        <Text span size="sm" className="el-break" title={job.owner.email}>
          {job.mine ? 'you' : showHidden(job.owner.name)}
        </Text>
      </Table.Td>
      <Table.Td className={rowClasses.actions}>
        <RunNow job={job} />
      </Table.Td>
    </Table.Tr>
  );
}

function RunNow({ job }: { job: Job }) {
  const project = useProject();
  const run = useRunJob(job);
  if (!mayRun(project)) return null;
  return (
    <Stack gap={4} align="flex-end">
      <Group justify="flex-end">
        <Button
          size="compact-sm"
          leftSection={<IconPlayerPlay size={13} aria-hidden="true" />}
          loading={run.isPending}
          onClick={() => run.mutate({})}
          aria-label={`Run ${showHidden(job.name)}`}
        >
          Run
        </Button>
      </Group>
      <ActionError error={run.error} title="It was not run" />
    </Stack>
  );
}
