import type { Project } from '@emberlab/contract';
import { Button, Card, Group, Select, SimpleGrid, Skeleton, Stack, Switch, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFolders, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { projectsQuery } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page } from '../../ui/page.tsx';
import { NewProjectDialog } from './new-project-dialog.tsx';
import { ProjectCard, roleLabels } from './project-card.tsx';
import { applyProjectSearch, isInUse, roleFilters, type ProjectSearch } from './project-search.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { SearchField } from '../../ui/search-field.tsx';

const route = getRouteApi('/user/frame/');
/** From this many projects on, finding one by eye takes too long. */
const searchFrom = 7;

/** The projects of the caller. */
export function HomePage() {
  const projects = useQuery({ ...projectsQuery, refetchInterval: 15_000 });
  const [dialogOpen, dialog] = useDisclosure(false);
  const items = projects.data?.items ?? [];
  const [first] = items;
  const firstVisit = items.length === 1 && first?.name === 'demo' && isInUse(first);
  return (
    <Page
      title="Projects"
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>
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
        <EmptyState
          icon={<IconFolders size={36} />}
          title="You have no projects yet"
          action={
            <Button variant="filled" onClick={dialog.open}>
              Create your first project
            </Button>
          }
        >
          A project has its own files, Python libraries and Jupyter servers. Create one, or ask an owner of another for
          an invitation.
        </EmptyState>
      ) : (
        <ProjectGrid projects={items} />
      )}
      <NewProjectDialog opened={dialogOpen} onClose={dialog.close} />
    </Page>
  );
}

/** The projects, with search and filters that stand in the address once there are many. */
function ProjectGrid({ projects }: { projects: Project[] }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: ProjectSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const archived = projects.filter(({ state }) => state === 'archived').length;
  const roles = roleFilters.filter((role) => projects.some((project) => project.role === role));
  const shown = applyProjectSearch(projects, search);
  const filtered = search.q !== undefined || search.role !== undefined;
  return (
    <Stack>
      {(projects.length >= searchFrom || archived > 0 || filtered) && (
        <Group gap="sm">
          <SearchField
            label="Search projects"
            placeholder="Search projects"
            value={search.q}
            onChange={(q) => change({ q })}
          />
          {(roles.length > 1 || search.role !== undefined) && (
            <Select
              w={140}
              aria-label="Your role"
              allowDeselect={false}
              data={[
                { value: 'all', label: 'Any role' },
                ...roleFilters.map((value) => ({ value, label: roleLabels[value] })),
              ]}
              value={search.role ?? 'all'}
              onChange={(value) => change({ role: roleFilters.find((role) => role === value) })}
            />
          )}
          {archived > 0 && (
            <Switch
              label={`Archived (${archived})`}
              checked={search.archived === true}
              onChange={(event) => change({ archived: event.currentTarget.checked ? true : undefined })}
            />
          )}
        </Group>
      )}
      {shown.length === 0 && (
        <EmptyState icon={<IconSearch size={28} />} title="No project matches">
          {filtered
            ? 'Please change the search, or choose another role.'
            : 'All of your projects are archived. Turn on Archived to see them.'}
        </EmptyState>
      )}
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
