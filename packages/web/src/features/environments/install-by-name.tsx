import { libraryName, normalName, type LibrarySearch } from '@emberlab/contract';
import { Autocomplete, Button, Group, Loader, Pill, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { errorMessage } from '../../lib/api.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { useProject } from '../projects/project-context.ts';
import { nameSearchQuery } from './queries.ts';
import { useChange } from './use-change.ts';
import { VersionSelect } from './version-select.tsx';

/** A search begins when nobody has typed for so long, ms. */
const typingMs = 200;
/** How often is asked while the index's list of names is being fetched, ms. */
const preparingMs = 2000;

/** Libraries of the index by their names, with versions, or as lines such as `numpy>=2,<3`. */
export function InstallByName({ onAsked }: { onAsked: () => void }) {
  const { name: project } = useProject();
  const [typed, setTyped] = useState('');
  const [version, setVersion] = useState<string | null>(null);
  const [more, setMore] = useState<readonly string[]>([]);
  const [asked] = useDebouncedValue(typed.trim(), typingMs);
  const isName = libraryName.safeParse(asked).success;
  const search = useQuery({
    ...nameSearchQuery(project, asked),
    enabled: isName,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.preparing === true ? preparingMs : false),
  });
  const change = useChange(onAsked);
  const items = isName ? (search.data?.items ?? []) : [];
  const found = items.find(({ name }) => normalName(name) === normalName(typed.trim()));
  const type = (text: string): void => {
    setTyped(text);
    setVersion(null);
    change.reset();
  };
  const line = version === null ? typed.trim() : `${typed.trim()}==${version}`;
  const requirements = line === '' ? more : [...more, line];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (requirements.length > 0) change.mutate({ kind: 'install', requirements: [...requirements] });
      }}
    >
      <Stack gap="sm">
        <Autocomplete
          label="Library"
          description="Its name in the package index. Conditions can be typed as well: pandas>=2,<3"
          placeholder="pandas"
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          comboboxProps={{ withinPortal: true }}
          maxDropdownHeight={260}
          rightSection={search.isFetching ? <Loader size={14} color="gray" aria-label="Searching" /> : null}
          data={[...new Set(items.map(({ name }) => name))]}
          // The server has found them, the best match first.
          filter={({ options }) => options}
          renderOption={({ option }) => <Option name={option.value} items={items} />}
          value={typed}
          onChange={type}
          error={search.isError ? errorMessage(search.error) : null}
        />
        <Remark search={isName ? search.data : undefined} name={asked} found={found !== undefined} />
        {found !== undefined && (
          <VersionSelect key={found.name} name={found.name} label="Version" value={version} onChange={setVersion} />
        )}
        {more.length > 0 && (
          <Pill.Group aria-label="To be installed">
            {more.map((each) => (
              <Pill
                key={each}
                withRemoveButton
                removeButtonProps={{ 'aria-label': `Leave out ${each}`, 'aria-hidden': false, tabIndex: 0 }}
                onRemove={() => setMore(more.filter((other) => other !== each))}
              >
                {each}
              </Pill>
            ))}
          </Pill.Group>
        )}
        <ActionError error={change.error} title="Nothing was installed" />
        <Group justify="flex-end" gap="xs">
          <Button
            disabled={line === ''}
            onClick={() => {
              setMore([...more.filter((each) => each !== line), line]);
              type('');
            }}
          >
            Add another
          </Button>
          <Button type="submit" variant="filled" loading={change.isPending} disabled={requirements.length === 0}>
            {requirements.length > 1 ? `Install ${requirements.length} libraries` : 'Install'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Option({ name, items }: { name: string; items: LibrarySearch['items'] }) {
  const installed = items.find((item) => item.name === name)?.installed ?? null;
  return (
    <Group justify="space-between" gap="xs" flex={1}>
      <span className="el-break">{name}</span>
      {installed !== null && (
        <Text span size="xs" c="dimmed">
          {installed} is installed
        </Text>
      )}
    </Group>
  );
}

/** What one should know of the search. */
function Remark({ search, name, found }: { search: LibrarySearch | undefined; name: string; found: boolean }) {
  if (search === undefined) return null;
  const text = search.preparing
    ? 'The list of all names is being fetched from the index; until it is there, type a whole name.'
    : search.items.length === 0
      ? `The index has no ${name}.`
      : !search.complete && !found
        ? 'This index has no list of names, so only whole names are found.'
        : null;
  return (
    <Text size="sm" c="dimmed" component="output" display="block">
      {text}
    </Text>
  );
}
