import type { Execution, ProjectEntry } from '@emberlab/contract';
import { Anchor, Button, Code, Group, Paper, Table, Text } from '@mantine/core';
import { IconDownload, IconFiles } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { isNotFound } from '../../lib/api.ts';
import { countOf, formatBytes } from '../../lib/units.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { downloadOf } from '../files/file-menu.tsx';
import { nameShown } from '../files/folder-path.tsx';
import { PreviewDrawer } from '../files/preview/preview-drawer.tsx';
import { foundQuery } from '../files/queries.ts';
import { useProject } from '../projects/project-context.ts';
import { useRun } from './job-context.ts';
import { isLive } from './run-state.ts';

/** Nothing tells when a program writes a file: while it runs they are asked for every so often, ms. */
const everyMs = 5000;

/** What a run has left in its folder: its log, its executed notebook, and what its program has written there. */
export function RunFilesTab() {
  const { name: project } = useProject();
  const run = useRun();
  const live = isLive(run.state);
  const [shown, show] = useState<string | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    // Once it has ended its log has come.
    ...foundQuery(project, { path: run.folder }),
    refetchInterval: live ? everyMs : false,
    retry: (count, problem) => !isNotFound(problem) && count < 3,
  });
  const files = data?.items.filter(({ type }) => type === 'file') ?? [];
  return (
    <>
      <Paper component="section" aria-label="Files of the run" style={{ overflow: 'hidden' }}>
        {isPending ? (
          <RowsSkeleton rows={3} />
        ) : data === undefined && !isNotFound(error) ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : files.length === 0 ? (
          <EmptyState icon={<IconFiles size={30} />} title={live ? 'No files yet' : 'There are no files'}>
            {live
              ? 'What the run writes into its folder is shown here, and its log once it has ended.'
              : 'The run has left nothing, or it has been removed since: logs are kept as the project says.'}
          </EmptyState>
        ) : (
          <>
            <Group justify="space-between" gap="xs" px="md" py="xs">
              <Text size="xs" c="dimmed" className="el-tabular">
                {countOf(files.length, 'file')}
                {data?.cut === true && ', and more in its folder'}
              </Text>
              <ButtonLink
                size="compact-sm"
                to="/projects/$project/files"
                params={{ project }}
                search={{ path: run.folder }}
              >
                Open folder in Files
              </ButtonLink>
            </Group>
            <FileRows files={files} run={run} onShow={show} />
          </>
        )}
      </Paper>
      <Text size="xs" c="dimmed">
        A program finds this folder in <Code>EMBERLAB_RUN_FOLDER</Code>, and arguments and parameters in{' '}
        <Code>{'{run_folder}'}</Code>. What it writes elsewhere is in the project’s files.
      </Text>
      <PreviewDrawer path={shown} onClose={() => show(null)} />
    </>
  );
}

const whatIs = (run: Execution, path: string): string => {
  if (path === run.notebook) return 'executed notebook';
  const name = path.slice(run.folder.length + 1);
  return ['output.log', 'stdout.log', 'stderr.log'].includes(name) ? 'log' : 'written by the program';
};

function FileRows({
  files,
  run,
  onShow,
}: {
  files: readonly ProjectEntry[];
  run: Execution;
  onShow: (path: string) => void;
}) {
  const { name: project } = useProject();
  return (
    <RowsTable aria-label="Files of the run">
      <RowsHead columns={['File', 'What it is', 'Size', 'Changed']} />
      <Table.Tbody>
        {files.map((file) => {
          const name = nameShown(file.path.slice(run.folder.length + 1));
          return (
            <Table.Tr key={file.path}>
              <Table.Td className={rowClasses.lead}>
                <Anchor
                  component="button"
                  type="button"
                  size="sm"
                  ta="left"
                  c="inherit"
                  fw={500}
                  className="el-break"
                  onClick={() => onShow(file.path)}
                >
                  {name}
                </Anchor>
              </Table.Td>
              <Table.Td data-label="What it is">{whatIs(run, file.path)}</Table.Td>
              <Table.Td data-label="Size" className={`${rowClasses.short} el-tabular`}>
                {formatBytes(file.size ?? 0)}
              </Table.Td>
              <Table.Td data-label="Changed" className={rowClasses.short}>
                <RelativeTime at={file.changedAt} />
              </Table.Td>
              <Table.Td className={rowClasses.actions}>
                <Group gap={6} justify="flex-end">
                  <Button size="compact-sm" onClick={() => onShow(file.path)} aria-label={`Show ${name}`}>
                    Show
                  </Button>
                  <Button
                    component="a"
                    href={downloadOf(project, file)}
                    download
                    size="compact-sm"
                    leftSection={<IconDownload size={14} aria-hidden="true" />}
                    aria-label={`Download ${name}`}
                  >
                    Download
                  </Button>
                </Group>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </RowsTable>
  );
}
