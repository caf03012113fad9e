import { kernelLabel, type NotebookRun, type RecentNotebook } from '@emberlab/contract';
import { Button, Group, Stack, Table, Text, Tooltip } from '@mantine/core';
import { IconCalendarBolt, IconExternalLink } from '@tabler/icons-react';
import { showHidden } from '../../lib/show-hidden.ts';
import { ActionIconLink } from '../../ui/links.tsx';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { CopyLink } from './copy-link.tsx';
import { configurationLine } from './differences.ts';
import { notebookName, NotebookPath } from './notebook-path.tsx';
import type { OpenNotebook } from './use-open-notebook.ts';

/** Notebooks as a table. `opener` null: the caller may look only. */
export function NotebookRows({
  notebooks,
  opener,
  onHistory,
}: {
  notebooks: readonly RecentNotebook[];
  opener: OpenNotebook | null;
  onHistory: (notebook: RecentNotebook) => void;
}) {
  return (
    <RowsTable>
      <RowsHead columns={['Notebook', 'Kernel', 'Last run', 'By', 'Configuration']} />
      <Table.Tbody>
        {notebooks.map((notebook) => (
          <Table.Tr key={notebook.id}>
            <Table.Td className={rowClasses.lead}>
              <Stack gap={2}>
                <NotebookPath path={notebook.path} />
                {notebook.missing && <MissingNote />}
              </Stack>
            </Table.Td>
            <Table.Td data-label="Kernel">{showHidden(kernelLabel(notebook.kernel))}</Table.Td>
            <Table.Td data-label="Last run" className={rowClasses.short}>
              <RelativeTime at={notebook.lastAt} />
            </Table.Td>
            <Table.Td data-label="By" className={rowClasses.who}>
              <Owner run={notebook} />
            </Table.Td>
            <Table.Td data-label="Configuration">
              <ConfigurationText run={notebook} />
            </Table.Td>
            <Table.Td className={rowClasses.actions}>
              <Group gap={6} wrap="nowrap" justify="flex-end">
                {opener !== null && !notebook.missing && <OpenButton run={notebook} opener={opener} />}
                <Button
                  size="compact-sm"
                  onClick={() => onHistory(notebook)}
                  aria-label={`Runs of ${notebookName(notebook.path)}`}
                  className="el-tabular"
                >
                  {notebook.runs === 1 ? '1 run' : `${notebook.runs} runs`}
                </Button>
                {opener !== null && !notebook.missing && <RunAsJob run={notebook} />}
                {!notebook.missing && <CopyLink path={notebook.path} />}
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function MissingNote() {
  return (
    <Group gap={8}>
      <StateBadge tone="bad" label="Missing" />
      <Text size="xs" c="dimmed">
        It was moved, renamed or deleted, so it can’t be opened from here.
      </Text>
    </Group>
  );
}

/** Leads to the form of a job of the notebook, with the configuration with which it ran. */
function RunAsJob({ run }: { run: NotebookRun }) {
  const { name: project } = useProject();
  return (
    <Tooltip label="Run as job">
      <ActionIconLink
        to="/projects/$project/jobs/new"
        params={{ project }}
        search={{ program: run.path, run: run.id }}
        size={26}
        variant="default"
        aria-label={`Run as job: ${notebookName(run.path)}`}
      >
        <IconCalendarBolt size={15} aria-hidden="true" />
      </ActionIconLink>
    </Tooltip>
  );
}

/** Who ran it. */
export const Owner = ({ run }: { run: NotebookRun }) => (
  <Text span size="sm" className="el-break" title={run.owner.email}>
    {run.mine ? 'you' : run.owner.name}
  </Text>
);

/** With which configuration it ran, in a line. */
export const ConfigurationText = ({ run }: { run: NotebookRun }) => (
  <Text span size="sm" {...(run.configuration === null ? { c: 'dimmed' } : {})}>
    {run.configuration === null ? 'of another version of Emberlab' : configurationLine(run.configuration)}
  </Text>
);

export function OpenButton({ run, opener, when }: { run: NotebookRun; opener: OpenNotebook; when?: string }) {
  const { open, starting } = opener;
  return (
    <Button
      size="compact-sm"
      onClick={() => open?.(run)}
      disabled={open === null || (starting !== null && starting !== run.id)}
      loading={starting === run.id}
      aria-label={`Open in Jupyter: ${notebookName(run.path)}${when === undefined ? '' : `, as ${when}`}`}
      rightSection={<IconExternalLink size={13} aria-hidden="true" />}
    >
      Open in Jupyter
    </Button>
  );
}
