import type { Library } from '@emberlab/contract';
import { Button, DataList, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { formatBytes } from '../../lib/units.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { sourceLabels, useLabels } from './texts.ts';
import { useChange } from './use-change.ts';
import { VersionSelect } from './version-select.tsx';

type Props<T> = { library: T; onClose: () => void; onUninstall: (library: Library) => void };

/** All that is known of a library (null: of none), and what can be done with it. */
export function LibraryDialog({ library, onClose, onUninstall }: Props<Library | null>) {
  return (
    <Modal opened={library !== null} onClose={onClose} title={library?.name ?? ''} size="lg">
      {library !== null && <Details library={library} onClose={onClose} onUninstall={onUninstall} />}
    </Modal>
  );
}

function Details({ library, onClose, onUninstall }: Props<Library>) {
  const project = useProject();
  const { version, summary, source, detail, requested, requirement, neededBy, usedBy, bytes, latest } = library;
  const own = source !== 'platform';
  const facts: [string, ReactNode][] = [
    ['Version', latest === null || latest === version ? version : `${version}; the newest is ${latest}`],
    ['From', detail === null ? sourceLabels[source] : `${sourceLabels[source]}: ${detail}`],
    ['Asked for', requested ? (requirement ?? 'yes') : 'no, it was pulled in'],
    ['Needed by libraries', neededBy.length === 0 ? 'none' : neededBy.join(', ')],
    ['Needed by Emberlab', usedBy.length === 0 ? 'no' : usedBy.map((use) => useLabels[use]).join(', ')],
    ['Size', formatBytes(bytes)],
  ];
  return (
    <Stack>
      {summary !== null && <Text size="sm">{summary}</Text>}
      <DataList orientation="horizontal" size="sm" labelWidth={150}>
        {facts.map(([label, value]) => (
          <DataList.Item key={label}>
            <DataList.ItemLabel>{label}</DataList.ItemLabel>
            <DataList.ItemValue className="el-break">{value}</DataList.ItemValue>
          </DataList.Item>
        ))}
      </DataList>
      {own && mayManage(project) && <OtherVersion library={library} onAsked={onClose} />}
      <Group justify="flex-end" gap="xs">
        {own && mayManage(project) && <Button onClick={() => onUninstall(library)}>Uninstall…</Button>}
        <Button onClick={onClose}>Close</Button>
      </Group>
    </Stack>
  );
}

/** Puts another version of it in the place of this one. */
function OtherVersion({ library, onAsked }: { library: Library; onAsked: () => void }) {
  const [version, setVersion] = useState<string | null>(null);
  const change = useChange(onAsked);
  return (
    <Stack gap="xs">
      <Group align="flex-end" gap="xs">
        <VersionSelect name={library.name} label="Another version" value={version} onChange={setVersion} />
        <Button
          loading={change.isPending}
          disabled={version === library.version}
          onClick={() =>
            change.mutate({
              kind: 'install',
              requirements: [version === null ? library.name : `${library.name}==${version}`],
            })
          }
        >
          Install this version
        </Button>
      </Group>
      <ActionError error={change.error} title="Nothing was changed" />
    </Stack>
  );
}
