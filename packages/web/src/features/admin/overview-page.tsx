import type { MachinePoint } from '@emberlab/contract';
import { Paper, Progress, SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { oneOf } from '../../lib/read-search.ts';
import { formatBytes } from '../../lib/units.ts';
import { useNow } from '../../lib/use-now.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { TimePlot } from '../../ui/time-plot.tsx';
import { nearShare } from '../jupyter/bounds.ts';
import { MetricsTable } from '../sessions/metrics-table.tsx';
import { describePlot } from '../sessions/plots.ts';
import { HealthSection } from './health-section.tsx';
import { machinePlotsOf } from './machine-plots.ts';
import { machineQuery, nowQuery, spans, type Span } from './queries.ts';
import { useAdminLive } from './use-admin-live.ts';

const route = getRouteApi('/user/frame/admin');
const usualSpan: Span = '6';
const hourMs = 3_600_000;
const leastSpanMs = 10 * 60_000;

/** The machine, what runs on it, and how each part of the platform is. */
export function OverviewPage() {
  useAdminLive();
  const { hours = usualSpan } = route.useSearch();
  const navigate = route.useNavigate();
  const machine = useQuery(machineQuery(hours));
  const live = useQuery(nowQuery).data;
  const now = live ?? machine.data?.now;
  return (
    <Page title="Overview" description="This machine, what runs on it, and how the platform does.">
      {now === undefined ? (
        machine.isPending ? (
          <Paper>
            <RowsSkeleton rows={2} />
          </Paper>
        ) : (
          <ErrorState error={machine.error} onRetry={() => void machine.refetch()} />
        )
      ) : (
        <Tiles now={now} />
      )}
      <HealthSection />
      <Section
        title="The last hours"
        aside={
          <SegmentedControl
            size="xs"
            aria-label="How far back"
            data={spans.map((value) => ({ value, label: `${value} h` }))}
            value={hours}
            onChange={(value) =>
              void navigate({
                search: { hours: value === usualSpan ? undefined : oneOf(spans, value) },
                replace: true,
              })
            }
          />
        }
      >
        <Plots points={machine.data?.points ?? []} hours={Number(hours)} />
      </Section>
    </Page>
  );
}

function Tiles({ now }: { now: MachinePoint }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="md">
      <Tile
        title="Memory"
        text={`${formatBytes(now.memoryUsedBytes)} of ${formatBytes(now.memoryTotalBytes)}`}
        share={now.memoryUsedBytes / now.memoryTotalBytes}
        more={`Jupyter ${formatBytes(now.serversMemoryBytes)}, Spark ${formatBytes(now.sparkMemoryBytes)}`}
      />
      <Tile
        title="Cores"
        text={`${now.coresBusy.toFixed(1)} of ${now.cores} busy`}
        share={now.coresBusy / now.cores}
        more={`Jupyter ${now.serversCores.toFixed(1)}, Spark ${now.sparkCores.toFixed(1)}`}
      />
      <Tile
        title="Disk"
        text={`${formatBytes(now.diskUsedBytes)} of ${formatBytes(now.diskTotalBytes)}`}
        share={now.diskUsedBytes / now.diskTotalBytes}
        more={`${formatBytes(now.diskTotalBytes - now.diskUsedBytes)} free`}
      />
      <Paper p="md">
        <Stack gap={4}>
          <Text size="xs" c="dimmed">
            Running
          </Text>
          <Text size="lg" fw={600} className="el-tabular">
            <AnchorLink to="/admin/running" search={{}} inherit c="var(--mantine-color-text)">
              {now.servers} Jupyter · {now.spark} Spark
            </AnchorLink>
          </Text>
          <Text size="xs" c="dimmed" className="el-tabular">
            {now.builds} builds, {now.waiting} waiting
          </Text>
        </Stack>
      </Paper>
    </SimpleGrid>
  );
}

function Tile({ title, text, share, more }: { title: string; text: string; share: number; more: string }) {
  return (
    <Paper p="md">
      <Stack gap={4}>
        <Text size="xs" c="dimmed">
          {title}
        </Text>
        <Text size="lg" fw={600} className="el-tabular">
          {text}
        </Text>
        <Progress
          size={4}
          value={share * 100}
          color={share >= nearShare ? 'red.7' : 'gray.6'}
          aria-label={`${title}: ${text}`}
        />
        <Text size="xs" c="dimmed" className="el-tabular">
          {more}
        </Text>
      </Stack>
    </Paper>
  );
}

function Plots({ points, hours }: { points: readonly MachinePoint[]; hours: number }) {
  const now = useNow(10_000);
  const { times, plots } = useMemo(() => machinePlotsOf(points), [points]);
  if (points.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing has been written down yet; it begins half a minute after the platform has.
      </Text>
    );
  }
  // The clocks of the server and of this page need not agree.
  const end = Math.max(now, times.at(-1) ?? 0);
  // Of a platform that is younger than that, what there is.
  const begin = Math.max(end - hours * hourMs, Math.min(times[0] ?? end, end - leastSpanMs));
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        {plots.map((plot) => (
          <TimePlot
            key={plot.title}
            {...plot}
            summary={describePlot(plot)}
            times={times}
            span={[begin, end]}
            bands={[]}
            group="machine"
          />
        ))}
      </SimpleGrid>
      <MetricsTable times={times} plots={plots} />
    </Stack>
  );
}
