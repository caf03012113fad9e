import { Button, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconDownload, IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { showHidden } from '../../../lib/show-hidden.ts';
import { countOf, formatBytes } from '../../../lib/units.ts';
import { ErrorState } from '../../../ui/error-state.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { RelativeTime } from '../../../ui/times.tsx';
import { mayRun, useProject } from '../../projects/project-context.ts';
import { downloadOf } from '../file-menu.tsx';
import { nameShown } from '../folder-path.tsx';
import { NotebookView } from './notebook-view.tsx';
import { previewQuery, type Preview } from './preview-query.ts';
import classes from './preview.module.css';
import { TableView } from './table-view.tsx';

/** What is in a file (null: none is looked at). Whatever it holds is shown as text, pictures and tables of ours, and can do nothing. */
export function PreviewDrawer({ path, onClose }: { path: string | null; onClose: () => void }) {
  const name = path?.split('/').at(-1) ?? '';
  return (
    <Drawer
      opened={path !== null}
      onClose={onClose}
      position="right"
      size="xl"
      title={nameShown(name)}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {path !== null && <FilePreview path={path} />}
    </Drawer>
  );
}

/** The same in a page. */
export function FilePreview({ path }: { path: string }) {
  const project = useProject();
  const { data, isPending, error, refetch } = useQuery(previewQuery(project.name, path));
  if (isPending) return <Skeleton height={200} />;
  if (data === undefined) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const { entry, preview } = data;
  return (
    <Stack gap="md">
      <Group gap="xs" justify="space-between">
        <Text size="xs" c="dimmed" className="el-break">
          {nameShown(path)}
          {entry.size !== null && `, ${formatBytes(entry.size)}`}, changed <RelativeTime at={entry.changedAt} />
        </Text>
        <Group gap="xs">
          {mayRun(project) && (
            <ButtonLink
              to="/projects/$project/jupyter/open"
              params={{ project: project.name }}
              search={{ path }}
              target="_blank"
              size="compact-sm"
              rightSection={<IconExternalLink size={14} aria-hidden="true" />}
            >
              Open in Jupyter
            </ButtonLink>
          )}
          <Button
            component="a"
            href={downloadOf(project.name, entry)}
            download
            size="compact-sm"
            leftSection={<IconDownload size={14} aria-hidden="true" />}
          >
            Download
          </Button>
        </Group>
      </Group>
      <Content preview={preview} name={nameShown(entry.name)} />
    </Stack>
  );
}

function Content({ preview, name }: { preview: Preview; name: string }) {
  if (preview.kind === 'none') return <Text size="sm">{preview.why}</Text>;
  if (preview.kind === 'image') return <img src={preview.address} alt={name} className={classes.image} />;
  if (preview.kind === 'notebook') return <NotebookView notebook={preview.notebook} />;
  if (preview.kind === 'csv') {
    const { head, rows, more } = preview.table;
    return <TableView head={head} rows={rows} note={`${more ? 'The first ' : ''}${countOf(rows.length, 'row')}`} />;
  }
  if (preview.kind === 'parquet') {
    const { head, kinds, rows, total } = preview.table;
    const note = rows.length < total ? `The first ${rows.length} of ${countOf(total, 'row')}` : countOf(total, 'row');
    return <TableView head={head} kinds={kinds} rows={rows} note={note} />;
  }
  return (
    <>
      {preview.cut && (
        <Text size="xs" c="dimmed">
          The beginning of the file
        </Text>
      )}
      <pre className={classes.text}>{preview.text === '' ? 'This file is empty.' : showHidden(preview.text)}</pre>
    </>
  );
}
