import type { Backfill, BackfillState, Job } from '@emberlab/contract';
import { Button, Progress, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { backfillsQuery, scheduleQuery } from '../../lib/job-queries.ts';
import { keys } from '../../lib/queries.ts';
import { countOf } from '../../lib/units.ts';
import { formatInZone, isZone } from '../../lib/zoned-time.ts';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { BackfillDialog } from './backfill-dialog.tsx';

/** One that goes on is asked about every so often, ms: not all that happens to it is a run. */
const followMs = 5000;

/** Runs for times of the past. */
export function BackfillSection({ job, changes }: { job: Job; changes: boolean }) {
  const { name: project } = useProject();
  const [asking, ask] = useDisclosure(false);
  const schedule = useQuery(scheduleQuery(project, job.id)).data?.schedule ?? null;
  const list = useInfiniteQuery({
    ...backfillsQuery(project, job.id),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((one) => one.state === 'running')) === true ? followMs : false,
  });
  const { error, refetch } = list;
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <Section
      title="Backfills"
      flush
      aside={
        changes && (
          <Button size="compact-sm" onClick={ask.open}>
            Backfill
          </Button>
        )
      }
    >
      {items === undefined ? (
        error === null ? (
          <RowsSkeleton rows={1} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )
      ) : items.length === 0 ? (
        <Text size="sm" c="dimmed" p="md">
          None yet. A backfill runs the job once for each time of a range of the past, one after the other.
        </Text>
      ) : (
        <RowsTable>
          <RowsHead columns={['Range', 'State', 'Runs', 'Asked for']} />
          <Table.Tbody>
            {items.map((backfill) => (
              <BackfillRow key={backfill.id} job={job} backfill={backfill} changes={changes} />
            ))}
          </Table.Tbody>
        </RowsTable>
      )}
      <ShowMore list={list} />
      <BackfillDialog job={job} schedule={schedule} opened={asking} onClose={ask.close} />
    </Section>
  );
}

const looks: Readonly<Record<BackfillState, { tone: Tone; label: string }>> = {
  running: { tone: 'busy', label: 'Running' },
  succeeded: { tone: 'ok', label: 'Done' },
  cancelled: { tone: 'off', label: 'Cancelled' },
};

function BackfillRow({ job, backfill, changes }: { job: Job; backfill: Backfill; changes: boolean }) {
  const { name: project } = useProject();
  const { id, state, from, to, total, made, failed, current, waitsFor, cron } = backfill;
  const zone = isZone(backfill.timezone) ? backfill.timezone : 'UTC';
  const words = `${made} of ${countOf(total, 'run')}${failed > 0 ? `, ${failed} failed` : ''}`;
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Text size="sm" className="el-tabular">
            {formatInZone(from, zone)} to {formatInZone(to, zone)}
          </Text>
          <Text size="xs" c="dimmed">
            Backfill {id} · {cron}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td data-label="State">
        <Stack gap={0}>
          <StateBadge {...looks[state]} />
          {state === 'running' && waitsFor !== null && (
            <Text size="xs" c="dimmed" className="el-break">
              {showHidden(waitsFor)}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td data-label="Runs" className="el-tabular">
        <Stack gap={2} miw={130}>
          <span>{words}</span>
          <Progress
            value={total === 0 ? 100 : (made / total) * 100}
            size={4}
            color={failed > 0 ? 'red.6' : 'gray.6'}
            aria-label={words}
          />
          {current !== null && (
            <AnchorLink to="/projects/$project/jobs/runs/$run" params={{ project, run: String(current) }} size="xs">
              Run {current} goes
            </AnchorLink>
          )}
        </Stack>
      </Table.Td>
      <Table.Td data-label="Asked for" className={rowClasses.short}>
        <RelativeTime at={backfill.createdAt} />
      </Table.Td>
      <Table.Td className={rowClasses.actions}>
        {changes && state === 'running' && <CancelButton job={job} backfill={backfill} />}
      </Table.Td>
    </Table.Tr>
  );
}

function CancelButton({ job, backfill }: { job: Job; backfill: Backfill }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.call('backfills.cancel', { params: { project, id: job.id, backfill: backfill.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.backfills(project, job.id) }),
  });
  return (
    <Stack gap={4} align="flex-end">
      <Button
        size="compact-sm"
        loading={cancel.isPending}
        onClick={() => cancel.mutate()}
        aria-label={`Cancel backfill ${backfill.id}`}
        title="Makes no more runs; the one that goes does so to its end"
      >
        Cancel
      </Button>
      <ActionError error={cancel.error} title="It was not cancelled" />
    </Stack>
  );
}
