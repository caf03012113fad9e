import type { AuditEvent, AuditOutcome, AuditVia } from '@emberlab/contract';
import { Code, Stack, Table, Text } from '@mantine/core';
import { showHidden } from '../../lib/show-hidden.ts';
import { rowClasses, RowsTable } from '../../ui/rows.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';

const outcomeLooks: Readonly<Record<AuditOutcome, { tone: Tone; label: string }>> = {
  done: { tone: 'ok', label: 'Done' },
  refused: { tone: 'bad', label: 'Refused' },
  failed: { tone: 'wait', label: 'Failed' },
};

const viaTexts: Readonly<Record<AuditVia, string>> = {
  cookie: 'dashboard',
  token: 'API token',
  livy: 'Livy',
  app: 'Jupyter page',
  'command-line': 'command line',
  platform: 'by itself',
  nobody: 'not logged in',
};

/** Events as a table. What others have typed is shown as text, with what can't be seen written out. */
export function AuditRows({ events, withProject }: { events: readonly AuditEvent[]; withProject: boolean }) {
  return (
    <RowsTable>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>What</Table.Th>
          <Table.Th>When</Table.Th>
          <Table.Th>Who</Table.Th>
          {withProject && <Table.Th>Project</Table.Th>}
          <Table.Th>From</Table.Th>
          <Table.Th>Outcome</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {events.map((event) => (
          <Table.Tr key={event.id}>
            <Table.Td className={rowClasses.lead}>
              <Stack gap={2} align="flex-start">
                <Code>{showHidden(event.action)}</Code>
                {event.target !== null && (
                  <Text span size="sm" className="el-break">
                    {showHidden(event.target)}
                  </Text>
                )}
              </Stack>
            </Table.Td>
            <Table.Td data-label="When" className={rowClasses.short}>
              <RelativeTime at={event.at} />
            </Table.Td>
            <Table.Td data-label="Who">
              <Who event={event} />
            </Table.Td>
            {withProject && (
              <Table.Td data-label="Project" data-none={event.project === null}>
                {event.project === null ? '' : (event.project.name ?? event.project.id)}
              </Table.Td>
            )}
            <Table.Td data-label="From" data-none={event.address === null}>
              <Text
                span
                size="sm"
                className="el-tabular"
                {...(event.requestId === null ? {} : { title: `request ${event.requestId}` })}
              >
                {event.address ?? ''}
              </Text>
            </Table.Td>
            <Table.Td data-label="Outcome">
              <Outcome event={event} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function Who({ event: { actor, via, token } }: { event: AuditEvent }) {
  const by = token === null ? viaTexts[via] : `${viaTexts[via]}: ${showHidden(token)}`;
  if (actor === null) {
    return (
      <Text span size="sm" c="dimmed">
        {by}
      </Text>
    );
  }
  return (
    <Stack gap={0}>
      <Text span size="sm" className="el-break">
        {showHidden(actor.email ?? actor.id)}
      </Text>
      <Text span size="xs" c="dimmed" className="el-break">
        {by}
      </Text>
    </Stack>
  );
}

function Outcome({ event: { outcome, code, repeats } }: { event: AuditEvent }) {
  const details = [code, repeats === 0 ? null : `${repeats} more times`].filter((part) => part !== null);
  return (
    <Stack gap={0}>
      <StateBadge {...outcomeLooks[outcome]} />
      {details.length > 0 && (
        <Text span size="xs" c="dimmed">
          {details.join(', ')}
        </Text>
      )}
    </Stack>
  );
}
