import type { Library } from '@emberlab/contract';
import { Button, Group, Paper, Select, Text } from '@mantine/core';
import { IconPackage, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { LibraryDialog } from './library-dialog.tsx';
import { LibraryRows } from './library-rows.tsx';
import {
  applyLibrarySearch,
  hasUpdate,
  libraryFilters,
  librarySorts,
  type LibraryFilter,
  type LibrarySearch,
} from './library-search.ts';
import { librariesQuery } from './queries.ts';
import { UninstallDialog } from './uninstall-dialog.tsx';
import { useFindUpdates } from './use-find-updates.ts';

const route = getRouteApi('/user/frame/projects/$project/settings/libraries/');
/** Rows that are shown at once: an environment has some hundred libraries, and few look through all of them. */
const atOnce = 50;
const filterLabels: Readonly<Record<LibraryFilter, string>> = {
  asked: 'Asked for',
  pulled: 'Pulled in by others',
  updates: 'With a newer version',
  needed: 'Needed by Jupyter, Spark',
};

/** Everything that is installed, with search and filters that stand in the address. */
export function LibrariesTab() {
  const project = useProject();
  const libraries = useQuery(librariesQuery(project.name));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [shownRows, setShownRows] = useState(atOnce);
  const [chosen, setChosen] = useState<string | null>(null);
  const [removing, setRemoving] = useState<Library | null>(null);
  const all = libraries.data?.items ?? [];
  const found = applyLibrarySearch(all, useDeferredValue(search));
  const change = (next: LibrarySearch): void => {
    setShownRows(atOnce);
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  };
  if (libraries.data === undefined && libraries.isError) {
    return <ErrorState error={libraries.error} onRetry={() => void libraries.refetch()} />;
  }
  if (libraries.data?.revision === null) {
    return (
      <Paper>
        <EmptyState icon={<IconPackage size={32} />} title="Nothing is installed yet">
          The libraries are listed here as soon as the Python environment has been made.
        </EmptyState>
      </Paper>
    );
  }
  const open = all.find(({ name }) => name === chosen);
  return (
    <Paper component="section" aria-label="Installed libraries" style={{ overflow: 'hidden' }}>
      <Filters search={search} onChange={change} />
      <UpdatesLine
        at={libraries.data?.latestAt ?? null}
        count={all.filter(hasUpdate).length}
        onShow={() => change({ show: 'updates' })}
      />
      {libraries.data === undefined ? (
        <RowsSkeleton rows={8} />
      ) : found.length === 0 ? (
        <EmptyState icon={<IconSearch size={28} />} title="No library matches">
          Please change the search or the filter. What is not installed yet is found with Install library.
        </EmptyState>
      ) : (
        <LibraryRows libraries={found.slice(0, shownRows)} onOpen={setChosen} onUninstall={setRemoving} />
      )}
      {found.length > shownRows && (
        <Group justify="center" p="sm" gap="sm">
          <Text size="sm" c="dimmed" className="el-tabular">
            {shownRows} of {found.length}
          </Text>
          <Button size="xs" onClick={() => setShownRows(shownRows + 2 * atOnce)}>
            Show more
          </Button>
        </Group>
      )}
      <LibraryDialog
        library={open ?? null}
        onClose={() => setChosen(null)}
        onUninstall={(library) => {
          setChosen(null);
          setRemoving(library);
        }}
      />
      <UninstallDialog library={removing} onClose={() => setRemoving(null)} />
    </Paper>
  );
}

function Filters({ search, onChange }: { search: LibrarySearch; onChange: (change: LibrarySearch) => void }) {
  return (
    <Group gap="sm" p="md" pb="xs">
      <SearchField
        label="Search libraries"
        placeholder="Search by name or what it does"
        value={search.q}
        onChange={(q) => onChange({ q })}
      />
      <Select
        w={215}
        aria-label="Which libraries"
        allowDeselect={false}
        data={[
          { value: 'all', label: 'All libraries' },
          ...libraryFilters.map((value) => ({ value, label: filterLabels[value] })),
        ]}
        value={search.show ?? 'all'}
        onChange={(value) => onChange({ show: libraryFilters.find((each) => each === value) })}
      />
      <Select
        w={165}
        aria-label="Sort"
        allowDeselect={false}
        data={[
          { value: 'asked', label: 'asked for first' },
          { value: 'name', label: 'by name' },
          { value: 'size', label: 'largest first' },
        ]}
        value={search.sort ?? 'asked'}
        onChange={(value) => onChange({ sort: librarySorts.find((each) => each === value) })}
      />
    </Group>
  );
}

/** Whether there are newer versions, and when that was looked up. */
function UpdatesLine({ at, count, onShow }: { at: string | null; count: number; onShow: () => void }) {
  const { find, isPending } = useFindUpdates();
  return (
    <Group gap="xs" px="md" pb="xs" mih={30}>
      <Text size="sm" c="dimmed" component="span">
        {at === null ? (
          'Newer versions were not looked for yet.'
        ) : (
          <>
            {count === 0 ? 'No newer versions' : `${count} with a newer version`}, looked up <RelativeTime at={at} />.
          </>
        )}
      </Text>
      <Button size="compact-xs" loading={isPending} onClick={find}>
        Look now
      </Button>
      {count > 0 && (
        <Button size="compact-xs" onClick={onShow}>
          Show them
        </Button>
      )}
    </Group>
  );
}
