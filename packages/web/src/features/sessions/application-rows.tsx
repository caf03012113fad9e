import type { SessionMetrics } from '@emberlab/contract';
import { Group, Progress, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { formatBytes } from '../../lib/units.ts';
import { ProblemRow, rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { Duration, RelativeTime } from '../../ui/times.tsx';

/** What a row says of a Spark application, be it of a notebook or of a run of a job. */
export type ApplicationView = {
  readonly id: number;
  readonly title: string;
  /** what stands in small letters below the title */
  readonly details: readonly (string | null)[];
  readonly owner: { readonly name: string; readonly email: string };
  readonly mine: boolean;
  readonly kernel: string;
  readonly live: boolean;
  readonly state: { readonly tone: Tone; readonly label: string };
  /** what else there is to know of one that runs */
  readonly note?: ReactNode;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly metrics: SessionMetrics | null;
  /** why it failed, or, if that is `quiet`, was ended, or what it waits for */
  readonly problem: string | null;
  readonly quiet: boolean;
  readonly actions: ReactNode;
};

const plainHead = (_: string, label: string): ReactNode => label;

/** Which columns a table has besides those of every one. */
type Columns = {
  /** whether applications that have ended are among them */
  ended: boolean;
  /** whether whose they are has a column of its own; else it stands under the names of those that are others' */
  owners: boolean;
};

/** Applications as a table. `lead`: what the first column is called; `head` makes a column's heading, for those that sort. */
export function ApplicationRows({
  applications,
  lead,
  ended = false,
  owners = false,
  head = plainHead,
}: Partial<Columns> & {
  applications: readonly ApplicationView[];
  lead: string;
  head?: (column: 'name' | 'owner' | 'state' | 'started', label: string) => ReactNode;
}) {
  return (
    <RowsTable>
      <RowsHead
        columns={[
          ['name', head('name', lead)],
          ...(owners ? [['owner', head('owner', 'Owner')] as const] : []),
          'Kernel',
          ['state', head('state', 'State')],
          ['started', head('started', ended ? 'Started' : 'Age')],
          'Executors',
          'Memory',
          ...(ended ? [] : ['Active job']),
        ]}
      />
      <Table.Tbody>
        {applications.map((application) => (
          <ApplicationRow key={application.id} application={application} ended={ended} owners={owners} />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function ApplicationRow({ application, ended, owners }: Columns & { application: ApplicationView }) {
  const { metrics, problem, live } = application;
  const job = metrics?.activeJob?.description;
  const row = (
    <Table.Tr key="row" className={problem === null ? undefined : rowClasses.followed}>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Text size="sm" fw={500} className="el-break">
            {application.title}
          </Text>
          <Text size="xs" c="dimmed" truncate maw={260}>
            {[application.mine || owners ? null : application.owner.name, ...application.details]
              .filter((part) => part !== null)
              .join(' · ')}
          </Text>
          {application.note}
        </Stack>
      </Table.Td>
      {owners && (
        <Table.Td data-label="Owner" className={rowClasses.who}>
          <Text span size="sm" className="el-break" title={application.owner.email}>
            {application.mine ? 'you' : application.owner.name}
          </Text>
        </Table.Td>
      )}
      <Table.Td data-label="Kernel">{application.kernel}</Table.Td>
      <Table.Td data-label="State">
        <StateCell application={application} />
      </Table.Td>
      <Table.Td data-label={ended ? 'Started' : 'Age'} className={rowClasses.short}>
        {ended ? (
          <Stack gap={0}>
            <RelativeTime at={application.createdAt} />
            <Text size="xs" c="dimmed">
              {live ? 'runs for ' : 'ran for '}
              <Duration
                from={application.createdAt}
                to={live ? null : (application.endedAt ?? application.createdAt)}
                coarse
              />
            </Text>
          </Stack>
        ) : (
          <Duration from={application.createdAt} to={null} coarse />
        )}
      </Table.Td>
      <Table.Td data-label="Executors" className="el-tabular" data-none={!live || metrics === null}>
        {live && metrics !== null ? metrics.executors : '–'}
      </Table.Td>
      <Table.Td
        data-label="Memory"
        className="el-tabular"
        data-none={!live || metrics === null}
        style={{ whiteSpace: 'nowrap' }}
      >
        {live && metrics !== null ? (
          <span title={`of ${formatBytes(metrics.memoryTotalBytes)}`}>{formatBytes(metrics.memoryUsedBytes)}</span>
        ) : (
          '–'
        )}
      </Table.Td>
      {!ended && (
        <Table.Td data-label="Active job" data-none={job === undefined}>
          <Text
            size="sm"
            lineClamp={2}
            maw={220}
            className="el-break"
            title={job === undefined ? undefined : showHidden(job)}
          >
            {job === undefined ? '–' : showHidden(job)}
          </Text>
        </Table.Td>
      )}
      <Table.Td className={`${rowClasses.actions} ${rowClasses.paired}`}>{application.actions}</Table.Td>
    </Table.Tr>
  );
  // As wide as the table: a sentence of which people read the beginning only tells them nothing.
  return problem === null
    ? row
    : [
        row,
        <ProblemRow
          key="problem"
          problem={problem}
          quiet={application.quiet}
          columns={7 + (ended ? 0 : 1) + (owners ? 1 : 0)}
        />,
      ];
}

function StateCell({ application }: { application: ApplicationView }) {
  const job = application.metrics?.activeJob ?? null;
  const percent = job === null || job.totalTasks === 0 ? null : Math.round((job.completedTasks / job.totalTasks) * 100);
  return (
    <Stack gap={2} miw={percent === null ? 0 : 96} align="stretch">
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <StateBadge {...application.state} />
        {application.live && percent !== null && (
          <Text size="xs" c="dimmed" className="el-tabular" miw={36} ta="right">
            {percent} %
          </Text>
        )}
      </Group>
      {application.live && job !== null && percent !== null && (
        <Progress
          value={percent}
          size={4}
          color="gray.6"
          aria-label={`${job.completedTasks} of ${job.totalTasks} tasks`}
          title={`${job.completedTasks} of ${job.totalTasks} tasks`}
        />
      )}
    </Stack>
  );
}
