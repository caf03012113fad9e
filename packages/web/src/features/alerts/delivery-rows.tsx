import type { AlertDelivery } from '@emberlab/contract';
import { Button, Stack, Table, Text } from '@mantine/core';
import { Fragment } from 'react';
import { AnchorLink } from '../../ui/links.tsx';
import { ProblemRow, rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { deliveryLooks, eventLabels } from './words.ts';

const columns = ['Alert', 'Receiver', 'State', 'Attempts', 'When'];

/** Deliveries; `onResend` null: the reader may not send. */
export function DeliveryRows({
  deliveries,
  resending,
  onResend,
}: {
  deliveries: readonly AlertDelivery[];
  /** the one that is being asked for */
  resending: string | null;
  onResend: ((id: string) => void) | null;
}) {
  return (
    <RowsTable>
      <RowsHead columns={columns} actions={onResend !== null} />
      <Table.Tbody>
        {deliveries.map((delivery) => {
          const said = sayWhy(delivery);
          const hasEnded = delivery.state === 'delivered' || delivery.state === 'given-up';
          return (
            <Fragment key={delivery.id}>
              <Table.Tr className={said === null ? undefined : rowClasses.followed}>
                <Table.Td className={rowClasses.lead}>
                  <AlertName delivery={delivery} />
                </Table.Td>
                <Table.Td data-label="Receiver" className="el-break">
                  {delivery.receiver.name}
                </Table.Td>
                <Table.Td data-label="State" className={rowClasses.short}>
                  <State delivery={delivery} />
                </Table.Td>
                <Table.Td data-label="Attempts" className="el-tabular">
                  {delivery.attempts}
                </Table.Td>
                <Table.Td data-label="When" className={rowClasses.short}>
                  <RelativeTime at={delivery.createdAt} />
                </Table.Td>
                {onResend !== null && (
                  <Table.Td className={rowClasses.actions}>
                    {hasEnded && delivery.receiver.id !== null && (
                      <Button
                        size="compact-sm"
                        loading={resending === delivery.id}
                        onClick={() => onResend(delivery.id)}
                        aria-label={`Send again: ${titleOf(delivery)}, to ${delivery.receiver.name}`}
                      >
                        Send again
                      </Button>
                    )}
                  </Table.Td>
                )}
              </Table.Tr>
              {said !== null && (
                <ProblemRow
                  problem={said}
                  columns={columns.length + (onResend === null ? 0 : 1)}
                  quiet={delivery.state !== 'given-up'}
                />
              )}
            </Fragment>
          );
        })}
      </Table.Tbody>
    </RowsTable>
  );
}

const titleOf = ({ event, job, execution }: AlertDelivery): string =>
  job === null ? eventLabels[event] : `${job.name}, run ${execution ?? ''}: ${eventLabels[event].toLowerCase()}`;

function AlertName({ delivery: { event, job, execution } }: { delivery: AlertDelivery }) {
  const { name: project } = useProject();
  return (
    <Stack gap={0}>
      {job === null || execution === null ? (
        <Text size="sm" fw={500} className="el-break">
          {job === null ? 'Test' : job.name}
        </Text>
      ) : (
        <AnchorLink
          to="/projects/$project/jobs/runs/$run"
          params={{ project, run: String(execution) }}
          size="sm"
          fw={500}
          c="inherit"
          className="el-break"
          aria-label={`${job.name}, run ${execution}`}
        >
          {job.name}
        </AnchorLink>
      )}
      {job !== null && (
        <Text size="xs" c="dimmed" className="el-tabular">
          {`${eventLabels[event]}, run ${execution ?? ''}`}
        </Text>
      )}
    </Stack>
  );
}

function State({ delivery: { state, nextAt } }: { delivery: AlertDelivery }) {
  if (state !== 'retrying' || nextAt === null) return <StateBadge {...deliveryLooks[state]} />;
  return (
    <Stack gap={0} align="flex-start">
      <StateBadge {...deliveryLooks[state]} />
      <Text span size="xs" c="dimmed">
        <RelativeTime at={nextAt} />
      </Text>
    </Stack>
  );
}

/** Why the last attempt failed, with what the receiver has answered; null: there is nothing to say. */
function sayWhy({ problem, answer }: AlertDelivery): string | null {
  if (problem === null) return null;
  return answer === null ? problem : `${problem} Its answer: ${answer}`;
}
