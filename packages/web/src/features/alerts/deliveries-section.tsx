import { Group, SegmentedControl, Select } from '@mantine/core';
import { IconMailForward, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { deliveryShows, type AlertsSearch } from './alerts-search.ts';
import { DeliveryRows } from './delivery-rows.tsx';
import { deliveriesOf, receiversQuery } from './queries.ts';

const showLabels = { all: 'All', open: 'Open', delivered: 'Delivered', 'given-up': 'Given up' } as const;

/** What was sent or is to be; kept up to date by the events of the project. */
export function DeliveriesSection({
  search,
  onChange,
}: {
  search: AlertsSearch;
  onChange: (change: AlertsSearch) => void;
}) {
  const project = useProject();
  const client = useQueryClient();
  const list = useInfiniteQuery({ ...deliveriesOf(project.name, search), placeholderData: keepPreviousData });
  const resend = useMutation({
    mutationFn: (id: string) => api.call('alerts.resend', { params: { project: project.name, id } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.alerts(project.name) }),
  });
  const deliveries = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const filtered = search.show !== undefined || search.receiver !== undefined;
  return (
    <Section title="Deliveries" flush>
      <Filters search={search} onChange={onChange} />
      <ActionError error={resend.error} title="The alert was not sent again" />
      {list.isPending ? (
        <RowsSkeleton rows={4} />
      ) : list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : deliveries.length === 0 && filtered ? (
        <EmptyState icon={<IconSearch size={28} />} title="No delivery matches">
          Please change the filters.
        </EmptyState>
      ) : deliveries.length === 0 ? (
        <EmptyState icon={<IconMailForward size={30} />} title="Nothing has been sent yet">
          Each alert is listed here with what came of it, for 30 days.
        </EmptyState>
      ) : (
        <DeliveryRows
          deliveries={deliveries}
          resending={resend.isPending ? resend.variables : null}
          onResend={mayRun(project) ? resend.mutate : null}
        />
      )}
      <ShowMore list={list} />
    </Section>
  );
}

function Filters({ search, onChange }: { search: AlertsSearch; onChange: (change: AlertsSearch) => void }) {
  const { name: project } = useProject();
  const receivers = useQuery(receiversQuery(project)).data?.items ?? [];
  return (
    <Group gap="sm" p="sm">
      <SegmentedControl
        size="sm"
        aria-label="Which deliveries"
        data={(['all', ...deliveryShows] as const).map((value) => ({ value, label: showLabels[value] }))}
        value={search.show ?? 'all'}
        onChange={(value) => onChange({ show: deliveryShows.find((each) => each === value) })}
      />
      <Select
        w={200}
        aria-label="To whom"
        placeholder="All receivers"
        data={receivers.map(({ id, name }) => ({ value: id, label: name }))}
        value={search.receiver ?? null}
        onChange={(value) => onChange({ receiver: value ?? undefined })}
        clearable
      />
    </Group>
  );
}
