import type { MetricsOverTime } from '@emberlab/contract';
import { Paper, SimpleGrid, Text } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { useQuery, type UseQueryOptions } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useNow } from '../../lib/use-now.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { TimePlot } from '../../ui/time-plot.tsx';
import { MetricsTable } from './metrics-table.tsx';
import { describePlot, plotsOf, runsOf } from './plots.ts';

/** What was measured of an application over time, as plots of one axis of time. `group`: plots whose cursors move together. */
export function ApplicationMetrics<K extends readonly unknown[]>({
  query,
  live,
  group,
}: {
  query: UseQueryOptions<MetricsOverTime, Error, MetricsOverTime, K>;
  live: boolean;
  group: string;
}) {
  const { data, error, refetch, isPending } = useQuery(query);
  if (data !== undefined && data.points.length > 0) return <Plots history={data} live={live} group={group} />;
  return (
    <Paper>
      {isPending ? (
        <RowsSkeleton rows={4} />
      ) : data === undefined ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <EmptyState
          icon={<IconChartLine size={30} />}
          title={live && data.note === null ? 'Nothing measured yet' : 'Nothing measured'}
        >
          {data.note ??
            (live
              ? 'Tasks, memory and shuffle are shown here from the moment at which Spark is up.'
              : 'This application ended before anything was measured.')}
        </EmptyState>
      )}
    </Paper>
  );
}

function Plots({ history, live, group }: { history: MetricsOverTime; live: boolean; group: string }) {
  const now = useNow(2000);
  const { times, plots } = useMemo(() => plotsOf(history), [history]);
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? 0;
  // The clocks of the server and of this page need not agree.
  const end = live ? Math.max(now, last) : last;
  const bands = useMemo(() => runsOf(history, end), [history, end]);
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        {plots.map((plot) => (
          <Paper key={plot.title} p="sm">
            <TimePlot
              // The lines of a plot are drawn in the order in which they were when it was made.
              key={plot.series.length}
              {...plot}
              summary={describePlot(plot)}
              times={times}
              span={[first, Math.max(end, first + 10_000)]}
              bands={bands}
              group={group}
            />
          </Paper>
        ))}
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {history.statements.length > 0 && 'Shaded: statements of the notebook ran. '}What is older is kept less finely.
      </Text>
      <MetricsTable times={times} plots={plots} />
    </>
  );
}
