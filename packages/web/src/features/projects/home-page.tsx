import type { Project } from '@emberlab/contract';
import { Button, Card, Group, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFolders, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { projectsQuery } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page } from '../../ui/page.tsx';
import { NewProjectDialog } from './new-project-dialog.tsx';
import { ProjectCard } from './project-card.tsx';
import { ButtonLink } from '../../ui/links.tsx';

/** From this many projects on, finding one by eye takes too long. */
const searchFrom = 7;

/** The projects of the caller. */
export function HomePage() {
  const projects = useQuery({ ...projectsQuery, refetchInterval: 15_000 });
  const [dialogOpen, dialog] = useDisclosure(false);
  const items = projects.data?.items ?? [];
  const [first] = items;
  const firstVisit = items.length === 1 && first?.name === 'demo';
  return (
    <Page
      title="Projects"
      actions={
        <Button
          leftSection={<IconPlus size={16} />}
          onClick={dialog.open}
          variant={items.length === 0 && projects.isSuccess ? 'filled' : 'default'}
        >
          Create project
        </Button>
      }
    >
      {projects.isPending ? (
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} aria-busy="true" aria-label="Loading the projects">
          {[0, 1, 2].map((each) => (
            <Skeleton key={each} height={132} radius="md" />
          ))}
        </SimpleGrid>
      ) : projects.isError && projects.data === undefined ? (
        <ErrorState error={projects.error} onRetry={() => void projects.refetch()} />
      ) : firstVisit ? (
        <Welcome project={first} />
      ) : items.length === 0 ? (
        <EmptyState icon={<IconFolders size={36} />} title="You have no projects yet">
          A project has its own files, Python libraries and Jupyter servers. Create one, or ask an owner to add you to
          theirs.
        </EmptyState>
      ) : (
        <ProjectGrid projects={items} />
      )}
      <NewProjectDialog opened={dialogOpen} onClose={dialog.close} />
    </Page>
  );
}

function ProjectGrid({ projects }: { projects: Project[] }) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const shown = projects
    .filter((project) => `${project.label} ${project.name}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt));
  return (
    <Stack>
      {projects.length >= searchFrom && (
        <TextInput
          maw={320}
          aria-label="Search projects"
          placeholder="Search projects"
          leftSection={<IconSearch size={16} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {shown.length === 0 && <Text c="dimmed">No project has such a name.</Text>}
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }}>
        {shown.map((project) => (
          <ProjectCard key={project.id} project={project} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function Welcome({ project }: { project: Project }) {
  return (
    <Card padding="xl" maw={640}>
      <Stack gap="sm" align="flex-start">
        <Title order={2} fz="h3">
          Welcome to Emberlab
        </Title>
        <Text>
          Your first project is ready: <b>{project.label}</b> has Python, PySpark and example notebooks. Open it, press
          Run Jupyter, and run the first cell on Spark.
        </Text>
        <Group mt="xs">
          <ButtonLink to="/projects/$project/jupyter" params={{ project: project.name }} variant="filled">
            Open {project.label}
          </ButtonLink>
        </Group>
      </Stack>
    </Card>
  );
}
