import type { RecentNotebook } from '@emberlab/contract';
import { Button, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconNotebook, IconSchool, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { recentNotebooksQuery } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { notebookName } from './notebook-path.tsx';
import { NotebookRows } from './notebook-rows.tsx';
import type { NotebookSearch } from './notebook-search.ts';
import { OtherConfigurationDialog } from './other-configuration-dialog.tsx';
import { RunHistory } from './run-history.tsx';
import { useOpenNotebook, type OpenNotebook } from './use-open-notebook.ts';

const route = getRouteApi('/user/frame/projects/$project/jupyter');
/** From so many on a list is long. */
const long = 8;
/** A search begins when nobody has typed for so long, ms. */
const typingMs = 250;

/** "Recent notebooks" of the Jupyter page: what ran, with which configuration, and the way back into it. */
export function RecentNotebooks() {
  const project = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: NotebookSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  const runs = mayRun(project);
  const usual = runs ? 'mine' : 'all';
  const whose = search.notebooks ?? usual;
  const find = search.find ?? '';
  const [asked] = useDebouncedValue(find, typingMs);
  const list = useInfiniteQuery({
    ...recentNotebooksQuery(project.name, whose, asked),
    placeholderData: keepPreviousData,
  });
  const opener = useOpenNotebook(project.name, runs);
  const [shown, setShown] = useState<RecentNotebook | null>(null);
  const notebooks = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section
      title="Recent notebooks"
      flush
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Whose notebooks"
          data={[
            { value: 'mine', label: 'Mine' },
            { value: 'all', label: 'Project' },
          ]}
          value={whose}
          onChange={(value) => {
            const chosen = value === 'all' ? 'all' : 'mine';
            change({ notebooks: chosen === usual ? undefined : chosen });
          }}
        />
      }
    >
      <Messages opener={opener} />
      {(find !== '' || notebooks.length >= long) && (
        <TextInput
          m="sm"
          maw={340}
          aria-label="Search notebooks"
          placeholder="Search"
          leftSection={<IconSearch size={16} />}
          value={find}
          onChange={(event) => change({ find: event.currentTarget.value || undefined })}
        />
      )}
      {list.isPending ? (
        <RowsSkeleton rows={3} />
      ) : list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : notebooks.length === 0 ? (
        <Nothing searched={asked !== ''} whose={whose} mayRun={runs} />
      ) : (
        <NotebookRows notebooks={notebooks} opener={runs ? opener : null} onHistory={setShown} />
      )}
      <ShowMore list={list} />
      <RunHistory notebook={shown} whose={whose} opener={runs ? opener : null} onClose={() => setShown(null)} />
      <OtherConfigurationDialog opener={opener} />
    </Section>
  );
}

/** What is to be said of an attempt to open one; nothing most of the time. */
function Messages({ opener: { blocked, openBlocked, error } }: { opener: OpenNotebook }) {
  if (blocked === null && error === null) return null;
  return (
    <Stack p="sm" gap="sm">
      <ActionError error={error} title="The notebook was not opened" />
      {blocked !== null && (
        <Notice
          tone="warning"
          title="Your browser blocked the new tab"
          action={
            <Button size="xs" onClick={openBlocked} disabled={!blocked.ready}>
              Open {notebookName(blocked.path)}
            </Button>
          }
        >
          {blocked.ready
            ? 'Please press the button, or allow pop-ups of this site.'
            : 'The notebook can be opened here as soon as Jupyter runs.'}
        </Notice>
      )}
    </Stack>
  );
}

function Nothing({ searched, whose, mayRun }: { searched: boolean; whose: 'mine' | 'all'; mayRun: boolean }) {
  const { name } = useProject();
  const examples = mayRun && !searched && (
    <ButtonLink
      to="/projects/$project/examples"
      params={{ project: name }}
      leftSection={<IconSchool size={16} aria-hidden="true" />}
    >
      Begin with an example
    </ButtonLink>
  );
  const say = (title: string, icon: ReactNode, text: string) => (
    <EmptyState icon={icon} title={title} action={examples}>
      {text}
    </EmptyState>
  );
  if (searched) return say('No notebook matches', <IconSearch size={28} />, 'Please change the search.');
  return say(
    whose === 'mine' ? 'You have run no notebook yet' : 'Nobody has run a notebook yet',
    <IconNotebook size={30} />,
    mayRun
      ? 'Run Jupyter, open a notebook and run a cell: the notebook is kept here with its configuration, and opens with it again.'
      : 'Notebooks that members run are listed here.',
  );
}
