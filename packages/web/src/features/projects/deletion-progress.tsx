import type { DeletionStep, Project } from '@emberlab/contract';
import { Center, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconCheck, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { projectQuery } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { StateDot } from '../../ui/state-badge.tsx';

const steps: readonly { step: DeletionStep; label: string }[] = [
  { step: 'stopping', label: 'Ending what runs in it' },
  { step: 'files', label: 'Removing its files' },
  { step: 'environment', label: 'Removing its Python environment' },
  { step: 'records', label: 'Removing what is written down about it' },
];

/** How far the deletion of a project is; looks again until it is gone. */
export function DeletionProgress({ project }: { project: Project }) {
  useDocumentTitle(`Deleting ${project.label} · Emberlab`);
  useQuery({ ...projectQuery(project.name), refetchInterval: 1000 });
  const problem = project.deletion?.problem ?? null;
  const now = steps.findIndex(({ step }) => step === (project.deletion?.step ?? 'stopping'));
  return (
    <Center mih="50vh">
      <Paper p="lg" w="100%" maw={480}>
        <Stack gap="md">
          <Title order={1} fz="h3" className="el-break">
            Deleting {project.label}
          </Title>
          <Stack gap="xs" component="ol" style={{ listStyle: 'none', padding: 0, margin: 0 }} aria-live="polite">
            {steps.map(({ step, label }, at) => (
              <Group
                key={step}
                component="li"
                gap="sm"
                wrap="nowrap"
                {...(at === now ? { 'aria-current': 'step' } : {})}
              >
                <Center w={18} h={18} style={{ flex: 'none' }}>
                  {at < now ? (
                    <IconCheck size={16} color="var(--el-ok)" aria-label="done" />
                  ) : at === now ? (
                    <Loader size={14} color="gray" />
                  ) : (
                    <StateDot tone="off" />
                  )}
                </Center>
                <Text size="sm" {...(at > now ? { c: 'dimmed' } : {})} fw={at === now ? 600 : 400}>
                  {label}
                </Text>
              </Group>
            ))}
          </Stack>
          {problem !== null && <Notice tone="warning">{problem}</Notice>}
          <Text size="sm" c="dimmed">
            You may leave this page; it goes on by itself.
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}

/** What stands where a project was that has been deleted meanwhile. */
export function DeletedPage() {
  useDocumentTitle('Deleted · Emberlab');
  return (
    <Paper>
      <EmptyState
        icon={<IconTrash size={34} />}
        title="The project is deleted"
        action={
          <ButtonLink to="/" variant="filled">
            Go to your projects
          </ButtonLink>
        }
      >
        Its files, its Python environment and all that was written down about it are gone.
      </EmptyState>
    </Paper>
  );
}
