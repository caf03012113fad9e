import { kernelLabel } from '@emberlab/contract';
import { Divider, Drawer, List, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ErrorState } from '../../ui/error-state.tsx';
import { NotebookView } from '../files/preview/notebook-view.tsx';
import { readNotebook } from '../files/preview/notebook.ts';
import { mayRun, useProject } from '../projects/project-context.ts';
import { CopyButton } from './copy-button.tsx';
import { KernelNotice } from './kernel-notice.tsx';
import { exampleQuery } from './queries.ts';

/** What an example teaches, and its notebook to read (null: none is looked at). */
export function ExampleDrawer({ id, title, onClose }: { id: string | null; title: string; onClose: () => void }) {
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="xl"
      title={title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id !== null && <Preview id={id} />}
    </Drawer>
  );
}

function Preview({ id }: { id: string }) {
  const project = useProject();
  const { data, isPending, error, refetch } = useQuery(exampleQuery(project.name, id));
  if (isPending) return <Skeleton height={300} aria-label="Loading the example" />;
  if (data === undefined) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const notebook = readNotebook(data.notebook);
  const runs = mayRun(project);
  return (
    <Stack gap="md">
      <Stack gap="xs">
        <Text size="sm">{data.summary}</Text>
        <List size="sm" spacing={2} aria-label="What you learn">
          {data.learns.map((each) => (
            <List.Item key={each}>{each}</List.Item>
          ))}
        </List>
        <Text size="xs" c="dimmed">
          Kernel {kernelLabel(data.kernel)}, {data.minutes} minutes. {data.source}.
        </Text>
      </Stack>
      {runs && project.state === 'active' ? (
        <>
          <KernelNotice project={project.name} kernel={data.kernel} />
          <CopyButton project={project.name} example={id} variant="filled" />
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {runs
            ? 'The project is archived, so nothing can be copied into it.'
            : 'Editors can copy it into the project and run it.'}
        </Text>
      )}
      <Divider />
      {notebook !== null && <NotebookView notebook={{ ...notebook, kernel: null }} />}
    </Stack>
  );
}
