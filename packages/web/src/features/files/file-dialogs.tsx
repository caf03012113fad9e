import { fileNameProblem, type ProjectEntry } from '@emberlab/contract';
import { Button, Checkbox, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { aboveOf, joinPath } from './file-search.ts';
import { nameShown } from './folder-path.tsx';
import { useFileChange } from './use-file-change.ts';

/** What is asked before files are changed. */
export type Asking =
  | { readonly what: 'folder' }
  | { readonly what: 'rename' | 'move'; readonly entry: ProjectEntry }
  | { readonly what: 'remove'; readonly entries: readonly ProjectEntry[] };

/** The dialog of a change; null: none. */
export function FileDialog({
  asking,
  folder,
  onClose,
  onRemoved,
}: {
  asking: Asking | null;
  folder: string;
  onClose: () => void;
  onRemoved: () => void;
}) {
  const titles = { folder: 'New folder', rename: 'Rename', move: 'Move', remove: 'Delete' } as const;
  return (
    <Modal opened={asking !== null} onClose={onClose} title={asking === null ? '' : titles[asking.what]}>
      {asking?.what === 'folder' && <NewFolder folder={folder} onClose={onClose} />}
      {asking?.what === 'rename' && <Move entry={asking.entry} onlyName onClose={onClose} />}
      {asking?.what === 'move' && <Move entry={asking.entry} onlyName={false} onClose={onClose} />}
      {asking?.what === 'remove' && <Remove entries={asking.entries} onClose={onClose} onRemoved={onRemoved} />}
    </Modal>
  );
}

function NewFolder({ folder, onClose }: { folder: string; onClose: () => void }) {
  const make = useFileChange(
    (project, path: string) => api.call('files.makeFolder', { params: { project }, body: { path } }),
    onClose,
  );
  return (
    <NameForm
      label="Name of the folder"
      start=""
      action="Make folder"
      problemOf={fileNameProblem}
      pending={make.isPending}
      error={make.error}
      onSubmit={(name) => make.mutate(joinPath(folder, name))}
      onClose={onClose}
    />
  );
}

function Move({ entry, onlyName, onClose }: { entry: ProjectEntry; onlyName: boolean; onClose: () => void }) {
  const move = useFileChange(
    (project, to: string) => api.call('files.move', { params: { project }, body: { from: entry.path, to } }),
    onClose,
  );
  const above = aboveOf(entry.path);
  return (
    <NameForm
      label={onlyName ? `New name of ${nameShown(entry.name)}` : 'Folder of the project to move it to'}
      {...(onlyName ? {} : { description: 'Such as Resources/data; empty: the project’s folder itself' })}
      start={onlyName ? entry.name : above}
      action={onlyName ? 'Rename' : 'Move'}
      problemOf={onlyName ? fileNameProblem : () => undefined}
      pending={move.isPending}
      error={move.error}
      onSubmit={(text) =>
        move.mutate(onlyName ? joinPath(above, text) : joinPath(text.replace(/^\/+|\/+$/g, ''), entry.name))
      }
      onClose={onClose}
    />
  );
}

function NameForm({
  label,
  description,
  start,
  action,
  problemOf,
  pending,
  error,
  onSubmit,
  onClose,
}: {
  label: string;
  description?: string;
  start: string;
  action: string;
  problemOf: (text: string) => string | undefined;
  pending: boolean;
  error: unknown;
  onSubmit: (text: string) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState(start);
  const problem = problemOf(text);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined && text !== start) onSubmit(text);
      }}
    >
      <Stack>
        <TextInput
          label={label}
          description={description}
          data-autofocus
          value={text}
          error={text === start || text === '' ? undefined : problem}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ActionError error={error} title="Nothing was changed" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={pending} disabled={problem !== undefined || text === start}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** How many of those that are deleted are named. */
const mostNamed = 6;

function Remove({
  entries,
  onClose,
  onRemoved,
}: {
  entries: readonly ProjectEntry[];
  onClose: () => void;
  onRemoved: () => void;
}) {
  const [forever, setForever] = useState(false);
  const remove = useFileChange(
    (project, paths: string[]) => api.call('files.remove', { params: { project }, body: { paths, forever } }),
    ({ failed }) => {
      onRemoved();
      if (failed.length === 0) onClose();
    },
  );
  const failed = remove.data?.failed ?? [];
  return (
    <Stack>
      <Text size="sm">
        {forever
          ? 'This is removed for good, and cannot be restored:'
          : 'This goes into the bin, and can be restored from there:'}
      </Text>
      <List size="sm">
        {entries.slice(0, mostNamed).map(({ path, name, type }) => (
          <List.Item key={path} className="el-break">
            {nameShown(name)}
            {type === 'folder' ? '/ with all that is in it' : ''}
          </List.Item>
        ))}
        {entries.length > mostNamed && <List.Item>and {entries.length - mostNamed} more</List.Item>}
      </List>
      <Checkbox
        label="For good, at once: that makes room"
        checked={forever}
        onChange={(event) => setForever(event.currentTarget.checked)}
      />
      {failed.length > 0 && (
        <Notice tone="bad" title={`${failed.length} could not be deleted`}>
          {failed.slice(0, mostNamed).map(({ path, message }) => (
            <Text key={path} size="sm" className="el-break">
              {nameShown(path)}: {message}
            </Text>
          ))}
        </Notice>
      )}
      <ActionError error={remove.error} title="Nothing was deleted" />
      <Group justify="flex-end" gap="xs">
        <Button onClick={onClose}>{remove.isSuccess ? 'Close' : 'Cancel'}</Button>
        <Button
          variant="filled"
          color="red.8"
          loading={remove.isPending}
          onClick={() => remove.mutate(entries.map(({ path }) => path))}
        >
          {forever ? 'Delete for good' : 'Delete'}
        </Button>
      </Group>
    </Stack>
  );
}
