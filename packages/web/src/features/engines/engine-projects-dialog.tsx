import type { Engine } from '@emberlab/contract';
import { Button, Group, Modal, MultiSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { allProjectsQuery, pageSize } from '../admin/queries.ts';
import { engineKeys } from './queries.ts';

/** Says which projects may use an engine. */
export function EngineProjectsDialog({ engine, onClose }: { engine: Engine | null; onClose: () => void }) {
  return (
    <Modal
      opened={engine !== null}
      onClose={onClose}
      title={<span className="el-break">{engine === null ? '' : `Who may use ${engine.label}`}</span>}
    >
      {engine !== null && <Fields engine={engine} onClose={onClose} />}
    </Modal>
  );
}

function Fields({ engine, onClose }: { engine: Engine; onClose: () => void }) {
  const client = useQueryClient();
  const [search, setSearch] = useState('');
  const all = useQuery(allProjectsQuery({ q: search, sort: 'name' }, pageSize));
  const [forAll, setForAll] = useState(engine.projects === null);
  const [chosen, setChosen] = useState<string[]>(engine.projects ?? []);
  const save = useMutation({
    mutationFn: () =>
      api.call('engines.setProjects', {
        params: { engine: engine.name },
        body: { projects: forAll ? null : chosen },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: engineKeys.all });
      onClose();
    },
  });
  const names = new Set([...(all.data?.items ?? []).map(({ name }) => name), ...chosen]);
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label="Which projects"
        data={[
          { value: 'all', label: 'All projects' },
          { value: 'chosen', label: 'Chosen ones' },
        ]}
        value={forAll ? 'all' : 'chosen'}
        onChange={(value) => setForAll(value === 'all')}
      />
      {!forAll && (
        <MultiSelect
          label="Projects"
          description={chosen.length === 0 ? 'Without any, nobody can use it.' : undefined}
          data={[...names].toSorted()}
          value={chosen}
          searchable
          searchValue={search}
          onSearchChange={setSearch}
          clearable
          nothingFoundMessage="There is no such project"
          onChange={setChosen}
        />
      )}
      <Text size="sm" c="dimmed">
        What runs goes on. Configurations that name an engine their project may not use start nothing until they name
        another.
      </Text>
      <ActionError error={save.error} title="This was not saved" />
      <Group justify="flex-end" gap="xs">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="filled" loading={save.isPending} onClick={() => save.mutate()}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}
